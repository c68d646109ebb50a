/** Highlights a row for a moment, to draw attention to a change. */
export function flash(target: HTMLElement): void {
  target.animate([{ backgroundColor: "var(--flash)" }, { backgroundColor: "transparent" }], {
    duration: 1_800,
    easing: "ease-out",
  });
}
