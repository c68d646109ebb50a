import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Api } from "../live/api.ts";
import type { Insights as Measured } from "../model/insights.ts";
import { InsightsFindings } from "./insights-findings.tsx";

/** Slow, since the collector reads its whole history for each request. */
const REFRESH_EVERY_MS = 60_000;

/** The panel with the quality of the verdicts, refreshed while it is open. */
export function Insights({ api }: { api: Pick<Api, "insights"> }) {
  /** The number of the current opening; 0 while it is closed. */
  const opening = useSignal(0);
  const openings = useRef(0);
  const measured = useSignal<Measured | null>(null);
  const isFailed = useSignal(false);
  const current = opening.value;

  useEffect(() => {
    if (current === 0) return;
    const read = async () => {
      if (document.hidden) return;
      try {
        measured.value = await api.insights();
        isFailed.value = false;
      } catch {
        isFailed.value = true;
      }
    };
    read();
    const timer = setInterval(read, REFRESH_EVERY_MS);
    return () => clearInterval(timer);
  }, [current, api, measured, isFailed]);

  return (
    <details
      id="insights"
      class="explain"
      onToggle={({ currentTarget }) => {
        openings.current += 1;
        opening.value = currentTarget.open ? openings.current : 0;
      }}
    >
      <summary>How good the verdicts are</summary>
      <InsightsFindings measured={measured.value} isFailed={isFailed.value} />
    </details>
  );
}
