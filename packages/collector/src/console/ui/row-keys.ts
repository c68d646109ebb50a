import { useRef } from "preact/hooks";

/**
 * Keys for rows that have no identity of their own: each row keeps its key while others before it are
 * removed, so that what was typed stays with it.
 */
export function useRowKeys(count: number) {
  const keys = useRef<number[]>([]);
  const last = useRef(0);
  while (keys.current.length < count) {
    last.current += 1;
    keys.current.push(last.current);
  }
  keys.current.length = count;
  return {
    keys: keys.current,
    /** To be called before the row at this index is removed. */
    removeAt: (index: number) => void keys.current.splice(index, 1),
  };
}
