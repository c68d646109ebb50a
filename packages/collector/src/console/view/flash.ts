/** Lights a row up for a moment, so that the eye finds what has just changed. */
export function flash(target: HTMLElement): void {
  target.animate([{ backgroundColor: "var(--flash)" }, { backgroundColor: "transparent" }], {
    duration: 1_800,
    easing: "ease-out",
  });
}
