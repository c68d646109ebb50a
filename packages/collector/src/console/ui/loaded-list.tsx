import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useCallback, useEffect } from "preact/hooks";

interface Props<Item> {
  load: () => Promise<readonly Item[]>;
  /** Shown where there is none. */
  empty: string;
  /** An item of the list: a `li` with a key. */
  children: (item: Item, index: number) => ComponentChildren;
}

/** A list that is read when it is shown, and again on request. */
export function LoadedList<Item>({ load, empty, children }: Props<Item>) {
  const list = useSignal<readonly Item[] | null>(null);
  const isUnread = useSignal(false);
  const read = useCallback(async () => {
    try {
      list.value = await load();
      isUnread.value = false;
    } catch {
      isUnread.value = true;
    }
  }, [load, list, isUnread]);
  useEffect(() => {
    read();
  }, [read]);
  return (
    <div class="deliveries">
      <div class="buttons">
        <button type="button" onClick={read}>
          Read again
        </button>
      </div>
      <p class="problem">{isUnread.value && "It could not be read. Try again."}</p>
      <p class="quiet" hidden={list.value === null || list.value.length > 0}>
        {empty}
      </p>
      <ul>{(list.value ?? []).map(children)}</ul>
    </div>
  );
}
