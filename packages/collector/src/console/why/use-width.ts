import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

const UNMEASURED_PX = 720;

/** The width of an element in px, also after it has changed. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(UNMEASURED_PX);
  useLayoutEffect(() => {
    const measured = element.current;
    if (!measured) return;
    const read = () => setWidth(measured.clientWidth || UNMEASURED_PX);
    read();
    const observer = new ResizeObserver(read);
    observer.observe(measured);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
