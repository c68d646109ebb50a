/** Highlights an element for a moment, to draw attention to a change. */
export function flash(target: HTMLElement): void {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  target.animate([{ backgroundColor: "var(--flash)" }, { backgroundColor: "transparent" }], {
    duration: 1_800,
    easing: "ease-out",
  });
}
