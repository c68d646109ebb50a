import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { takeLeftLink } from "../state/route.ts";

interface Props {
  id: string;
  title: string;
  /** What the page is for, in one sentence. */
  lead: string;
  children: ComponentChildren;
}

/**
 * A page other than that of visitors. Its heading gets the focus, so that its name is read out; where its link
 * to a conversation was followed, that link gets it back.
 */
export function Page({ id, title, lead, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const left = takeLeftLink();
    const links = heading.current?.parentElement?.querySelectorAll("a") ?? [];
    const link = [...links].find((each) => each.getAttribute("href") === left);
    const focus = () => (link ?? heading.current)?.focus();
    const dialog = document.querySelector("dialog:modal");
    if (!dialog) return focus();
    // A dialog whose link led here gives the focus back to what has opened it, once it is closed.
    dialog.addEventListener("close", focus, { once: true });
    return () => dialog.removeEventListener("close", focus);
  }, []);
  return (
    <main id={id} class="page">
      <h2 ref={heading} tabIndex={-1} class="page-title">
        {title}
      </h2>
      <p class="quiet">{lead}</p>
      {children}
    </main>
  );
}
