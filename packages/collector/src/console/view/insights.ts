import type { Api } from "../live/api.ts";
import { bufferRows, findings, type Insights, measuredWords } from "../model/insights.ts";
import { byId, element, setText } from "./element.ts";

/** Slow, since the collector reads its whole history for each request. */
const REFRESH_EVERY_MS = 60_000;

/** The panel with the quality of the verdicts, refreshed while it is open. */
export function startInsights(api: Pick<Api, "insights">): void {
  const panel = byId<HTMLDetailsElement>("insights");
  const status = byId("insights-status");
  let timer: ReturnType<typeof setInterval> | undefined;

  async function read(): Promise<void> {
    if (document.hidden) return;
    try {
      show(await api.insights());
    } catch {
      setText(status, "This could not be read just now. It is tried again in a minute.");
    }
  }

  panel.addEventListener("toggle", () => {
    clearInterval(timer);
    if (!panel.open) return;
    read();
    timer = setInterval(read, REFRESH_EVERY_MS);
  });
}

function show(insights: Insights): void {
  const found = findings(insights);
  const rows = bufferRows(insights);
  setText(byId("insights-status"), measuredWords(insights));
  byId("insights-empty").hidden = found.length > 0;
  byId("insights-findings").replaceChildren(
    ...found.map(({ name, value, meaning }) =>
      element(
        "div",
        {},
        element("dt", {}, name),
        element("dd", {}, element("strong", {}, value), element("small", {}, meaning)),
      ),
    ),
  );
  byId("insights-enough").hidden = found.length === 0 || rows.length > 0;
  byId("insights-buffers").hidden = rows.length === 0;
  byId("insights-rows").replaceChildren(
    ...rows.map(({ longerBy, spared, cost }) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, longerBy),
        element("td", {}, spared),
        element("td", {}, cost),
      ),
    ),
  );
}
