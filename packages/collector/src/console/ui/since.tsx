import { computed, signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { now } from "../live/clock.ts";
import { duration } from "../model/duration.ts";

/** Shared by all instances, since creating a formatter is slow. */
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

const seconds = signal(0);

/**
 * How long ago an instant was, updated by {@link startCounting}. Only a text that differs is painted,
 * and no component renders again.
 */
export function Since({ at, precision }: { at: string | null; precision: "fine" | "coarse" }) {
  const text = useMemo(
    () =>
      computed(() => {
        void seconds.value;
        return at === null ? "" : duration(now() - Date.parse(at), precision);
      }),
    [at, precision],
  );
  const title = useMemo(() => (at === null ? undefined : FULL.format(new Date(at))), [at]);
  return (
    <time data-since={precision} dateTime={at ?? undefined} title={title}>
      {text}
    </time>
  );
}

/** Updates all instances with one timer, and none in a hidden page. */
export function startCounting(): void {
  const count = () => {
    if (!document.hidden) seconds.value += 1;
  };
  setInterval(count, 1_000);
  document.addEventListener("visibilitychange", count);
}
