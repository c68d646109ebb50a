import { type ComponentChild, options, render } from "preact";
import { act } from "preact/test-utils";

// An effect runs right after the rendering that it belongs to. By default it waits for a frame, in real time: what
// a test does meanwhile would come before it.
options.requestAnimationFrame = queueMicrotask;

/** Shows a component in an otherwise empty page. */
export async function show(component: ComponentChild): Promise<void> {
  HTMLElement.prototype.animate ??= () => ({}) as Animation;
  render(null, document.body);
  document.body.replaceChildren();
  await act(() => render(component, document.body));
}

/** Does something, and waits until the page shows its result. */
export const doing = (action: () => unknown): Promise<void> =>
  act(async () => {
    await action();
  });

/** The element of the page with that id. */
export function part<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}`);
  return found as T;
}
