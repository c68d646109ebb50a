import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

/** Rows above and below the visible ones, so that scrolling and the tab key find some. */
const SPARE = 12;

/** The rows of a list that are to be rendered: `start` to before `end`. */
export interface VisibleRows {
  readonly start: number;
  readonly end: number;
}

/**
 * Which rows of a long list the window shows; it follows scrolling and sizes.
 * @param list the element with room for all rows
 * @param rowHeight in px
 */
export function useVisibleRows(
  list: RefObject<Element | null>,
  count: number,
  rowHeight: number,
): VisibleRows {
  const start = useSignal(0);
  const end = useSignal(Math.min(count, 60));
  useEffect(() => {
    const measure = () => {
      const top = list.current?.getBoundingClientRect().top ?? 0;
      const first = Math.floor(-top / rowHeight) - SPARE;
      const last = Math.ceil((innerHeight - top) / rowHeight) + SPARE;
      // By steps, so that not every pixel renders.
      start.value = Math.max(0, Math.min(first - (first % SPARE), count - SPARE));
      end.value = Math.min(count, last + SPARE - (last % SPARE));
    };
    measure();
    addEventListener("scroll", measure, { passive: true });
    addEventListener("resize", measure);
    return () => {
      removeEventListener("scroll", measure);
      removeEventListener("resize", measure);
    };
  }, [list, count, rowHeight, start, end]);
  return { start: start.value, end: Math.max(end.value, Math.min(count, start.value + SPARE)) };
}
