import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

/** As the styles have it. */
const NARROW = "(width < 48rem)";

/** Rows above and below the visible ones, so that scrolling and the tab key find some. */
const SPARE = 12;

/** The rows of a list that are to be rendered: `start` to before `end`. */
export interface VisibleRows {
  readonly start: number;
  readonly end: number;
}

/** Heights of a row in px, as the styles have them: rows of one height can be left out while they are out of sight. */
export interface RowHeights {
  readonly wide: number;
  /** In a narrow window. */
  readonly narrow: number;
}

/** The height of a row in this window, in px. */
export function useRowHeight({ wide, narrow }: RowHeights): number {
  const isNarrow = useSignal(false);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const follow = () => {
      isNarrow.value = query.matches;
    };
    follow();
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, [isNarrow]);
  return isNarrow.value ? narrow : wide;
}

/**
 * Which rows of a long list the window shows; it follows scrolling, and sizes of anything on the page.
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
    // What stands above the list may be folded, or grow.
    const sizes = new ResizeObserver(measure);
    sizes.observe(document.body);
    return () => {
      removeEventListener("scroll", measure);
      removeEventListener("resize", measure);
      sizes.disconnect();
    };
  }, [list, count, rowHeight, start, end]);
  return { start: start.value, end: Math.max(end.value, Math.min(count, start.value + SPARE)) };
}
