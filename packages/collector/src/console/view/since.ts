import { now } from "../live/clock.ts";
import { duration } from "../model/duration.ts";
import { element, setAttributes, setText } from "./element.ts";

/** Shared by all rows, since creating a formatter is slow. */
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

type Precision = "fine" | "coarse";

/** An element that shows how long ago an instant was, updated by {@link startCounting}. */
export function since(precision: Precision): HTMLTimeElement {
  return element("time", { "data-since": precision });
}

export function setSince(time: HTMLTimeElement, instant: string | null): void {
  if (time.getAttribute("datetime") !== instant) {
    setAttributes(time, {
      datetime: instant,
      title: instant && FULL.format(new Date(instant)),
    });
  }
  count(time);
}

function count(time: HTMLTimeElement): void {
  const precision = time.getAttribute("data-since") === "fine" ? "fine" : "coarse";
  const text = time.dateTime ? duration(now() - Date.parse(time.dateTime), precision) : "";
  setText(time, text);
}

/** Updates all elements with one timer: only texts that differ, and none in a hidden page. */
export function startCounting(): void {
  const countAll = () => {
    if (document.hidden) return;
    for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-since]")) count(time);
  };
  setInterval(countAll, 1_000);
  document.addEventListener("visibilitychange", countAll);
}
