import type { ReadonlySignal } from "@preact/signals";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { PresenceMode } from "../../core/lists.ts";
import type { Api } from "../live/api.ts";
import { coalesce } from "../live/coalesce.ts";
import { failureWords } from "../live/problem.ts";
import type { Insights as Measured } from "../model/insights.ts";
import { InsightsFindings } from "./insights-findings.tsx";

/** After a minute without a verdict: by then the last one is known to be right. */
const REFRESH_EVERY_MS = 60_000;
/** Between two readings, since the collector reads a whole period for each. */
const PAUSE_MS = 5_000;

interface Props {
  api: Pick<Api, "insights">;
  /** Rises with each verdict that the rows show. */
  verdicts: ReadonlySignal<number>;
  /** What the numbers are about depends on it. */
  mode: PresenceMode;
}

/** The panel with the quality of the verdicts, refreshed while it is open. */
export function Insights({ api, verdicts, mode }: Props) {
  /** The number of the current opening; 0 while it is closed. */
  const opening = useSignal(0);
  const openings = useRef(0);
  const measured = useSignal<Measured | null>(null);
  /** Why the last reading failed; empty if it did not. */
  const problem = useSignal("");
  const current = opening.value;

  // Another mode is measured by another track.
  useEffect(() => {
    if (current === 0) return;
    let isStopped = false;
    const read = coalesce(
      async (_: "insights") => {
        if (document.hidden || isStopped) return;
        const found = await api.insights();
        if (isStopped) return;
        measured.value = found;
        problem.value = "";
      },
      (failure) => {
        if (!isStopped) problem.value = failureWords(failure);
      },
      PAUSE_MS,
    );
    // Reads immediately, too.
    const stopFollowing = verdicts.subscribe(() => read("insights"));
    const timer = setInterval(() => read("insights"), REFRESH_EVERY_MS);
    return () => {
      isStopped = true;
      stopFollowing();
      clearInterval(timer);
    };
  }, [current, api, verdicts, mode, measured, problem]);

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
      <InsightsFindings measured={measured.value} problem={problem.value} />
    </details>
  );
}
