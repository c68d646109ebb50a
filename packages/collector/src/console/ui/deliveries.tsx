import { useSignal } from "@preact/signals";
import { useCallback, useEffect } from "preact/hooks";
import { timeWords } from "../model/time-words.ts";
import type { Delivery } from "../model/webhook.ts";
import { conversationHref } from "../state/route.ts";

interface Page {
  deliveries: readonly Delivery[];
  cursor: string | null;
}

interface Props {
  /** Reads a page of those of the status; `null` is any. */
  load: (status: "failed" | null, cursor: string | null) => Promise<Page>;
  /** Sends one again, or without one all that failed. @returns whether it succeeded */
  onReplay: (transition?: string) => Promise<boolean>;
  canReplay: boolean;
  /** How one went. */
  words: (delivery: Delivery) => string;
}

/** What was sent, newest first, to be sent again. */
export function Deliveries({ load, onReplay, canReplay, words }: Props) {
  const list = useSignal<readonly Delivery[] | null>(null);
  const cursor = useSignal<string | null>(null);
  const isFailedOnly = useSignal(false);
  const isUnread = useSignal(false);
  const onlyFailed = isFailedOnly.value;

  const read = useCallback(
    async (from: string | null): Promise<void> => {
      try {
        const page = await load(onlyFailed ? "failed" : null, from);
        list.value = from === null ? page.deliveries : [...(list.peek() ?? []), ...page.deliveries];
        cursor.value = page.cursor;
        isUnread.value = false;
      } catch {
        isUnread.value = true;
      }
    },
    [load, onlyFailed, list, cursor, isUnread],
  );
  useEffect(() => {
    read(null);
  }, [read]);

  async function replay(transition?: string): Promise<void> {
    if (await onReplay(transition)) await read(null);
  }

  return (
    <div class="deliveries">
      <div class="buttons">
        <label class="inline">
          <input
            type="checkbox"
            checked={onlyFailed}
            onChange={({ currentTarget }) => {
              isFailedOnly.value = currentTarget.checked;
            }}
          />
          Failed ones only
        </label>
        <button type="button" onClick={() => read(null)}>
          Read again
        </button>
        <button type="button" disabled={!canReplay} onClick={() => replay()}>
          Send all failed ones again
        </button>
      </div>
      <p class="quiet">
        Tests are not listed here, since they are not sent again: the{" "}
        <a href="#/audit">audit log</a> has their answers.
      </p>
      <p class="problem">{isUnread.value && "They could not be read. Try again."}</p>
      <p class="quiet" hidden={list.value === null || list.value.length > 0}>
        Nothing yet.
      </p>
      <ul>
        {(list.value ?? []).map((delivery) => (
          <li key={delivery.id} data-delivery={delivery.id} data-status={delivery.status}>
            <p>
              Change {delivery.seq} in the history of{" "}
              <a href={conversationHref(delivery.session)}>
                <bdi>{delivery.session}</bdi>
              </a>
              <span class="quiet"> {timeWords(delivery.updatedAt)}</span>
            </p>
            <p class={delivery.status === "failed" ? "problem" : "quiet"}>{words(delivery)}</p>
            <button
              type="button"
              disabled={!canReplay}
              aria-label={`Send again: change ${delivery.seq} of ${delivery.session}`}
              onClick={() => replay(delivery.id)}
            >
              Send again
            </button>
          </li>
        ))}
      </ul>
      <button type="button" hidden={cursor.value === null} onClick={() => read(cursor.value)}>
        Show more
      </button>
    </div>
  );
}
