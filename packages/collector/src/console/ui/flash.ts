const WITHIN_MS = 1_000;

/** Where everything is highlighted nothing is, and the browser would paint frames without end. */
const MAX_WITHIN = 10;

/** When the last changes were, the latest last. */
const recent: number[] = [];

/** Highlights an element for a moment, to draw attention to a change; none while many change. */
export function flash(target: HTMLElement): void {
  const now = performance.now();
  recent.push(now);
  const earlier = recent.length > MAX_WITHIN ? recent.shift() : undefined;
  if (earlier !== undefined && now - earlier < WITHIN_MS) return;
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  target.animate([{ backgroundColor: "var(--flash)" }, { backgroundColor: "transparent" }], {
    duration: 1_800,
    easing: "ease-out",
  });
}
