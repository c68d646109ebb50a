import { type ReadonlySignal, signal } from "@preact/signals";
import type { Api } from "../live/api.ts";
import { type Range, type Report, type ReportTable, reportQuery } from "../model/report.ts";
import { createWork } from "./work.ts";

export type Reports = ReturnType<typeof createReports>;

/** The report that is shown, of whole days in this browser's time zone. */
export function createReports(api: Pick<Api, "report" | "reportCsv">) {
  const range = signal<Range>("week");
  const report = signal<Report | null>(null);
  const work = createWork();
  const tz = Intl.DateTimeFormat().resolvedOptions().timeZone;
  let reading = 0;

  const query = () => reportQuery(range.peek(), new Date(), tz);

  return {
    range: range as ReadonlySignal<Range>,
    /** `null` until one was read. */
    report: report as ReadonlySignal<Report | null>,
    problem: work.status as ReadonlySignal<string>,
    isBusy: work.isBusy as ReadonlySignal<boolean>,

    read: () =>
      work.run(async () => {
        reading += 1;
        const own = reading;
        const found = await api.report(query());
        // An answer that was overtaken is of another range.
        if (own === reading) report.value = found;
        return "";
      }),

    choose(next: Range): void {
      range.value = next;
    },

    /** Reads one of its tables as a file. */
    csv: (table: ReportTable) => {
      const asked = query();
      asked.set("table", table);
      return api.reportCsv(asked);
    },
  };
}
