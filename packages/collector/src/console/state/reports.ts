import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { Api } from "../live/api.ts";
import { failureWords } from "../live/problem.ts";
import { createReadings } from "../live/readings.ts";
import { type Range, type Report, type ReportTable, reportQuery } from "../model/report.ts";

export type Reports = ReturnType<typeof createReports>;

/** The report that is shown, of whole days in this browser's time zone. */
export function createReports(api: Pick<Api, "report" | "reportCsv">) {
  const range = signal<Range>("week");
  const report = signal<Report | null>(null);
  const problem = signal("");
  const isBusy = signal(false);
  const tz = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const readings = createReadings();

  const query = () => reportQuery(range.peek(), new Date(), tz);

  return {
    range: range as ReadonlySignal<Range>,
    /** That of the range; `null` until it was read, and if it could not be. */
    report: report as ReadonlySignal<Report | null>,
    /** Why it could not be read; empty if it could. */
    problem: problem as ReadonlySignal<string>,
    isBusy: isBusy as ReadonlySignal<boolean>,

    /** An answer that was overtaken counts for nothing: it is of another range. */
    async read(): Promise<void> {
      const isLast = readings.begin();
      batch(() => {
        isBusy.value = true;
        problem.value = "";
      });
      const [found, failure] = await api.report(query()).then(
        (answer) => [answer, ""] as const,
        (refusal) => [null, failureWords(refusal)] as const,
      );
      if (!isLast()) return;
      batch(() => {
        isBusy.value = false;
        report.value = found;
        problem.value = failure;
      });
    },

    choose(next: Range): void {
      batch(() => {
        if (next !== range.peek()) report.value = null;
        range.value = next;
      });
    },

    /** Reads one of its tables as a file. */
    csv: (table: ReportTable) => {
      const asked = query();
      asked.set("table", table);
      return api.reportCsv(asked);
    },
  };
}
