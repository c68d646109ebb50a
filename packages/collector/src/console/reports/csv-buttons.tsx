import { useSignal } from "@preact/signals";
import { failureWords } from "../live/problem.ts";
import { REPORT_TABLES, type ReportTable } from "../model/report.ts";

/** Saves the report's tables as files for a spreadsheet. */
export function CsvButtons({ onCsv }: { onCsv: (table: ReportTable) => Promise<Blob> }) {
  const problem = useSignal("");

  async function save(table: ReportTable): Promise<void> {
    try {
      problem.value = "";
      const address = URL.createObjectURL(await onCsv(table));
      const link = document.createElement("a");
      link.href = address;
      link.download = `stillhere-${table}.csv`;
      link.click();
      // The browser has begun to read it by then.
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (failure) {
      problem.value = failureWords(failure);
    }
  }

  return (
    <section class="card" aria-labelledby="report-csv-title">
      <h3 id="report-csv-title">For a spreadsheet</h3>
      <p class="quiet">Each is a CSV file of this period.</p>
      <div class="buttons">
        {Object.entries(REPORT_TABLES).map(([table, words]) => (
          <button
            key={table}
            type="button"
            data-csv={table}
            onClick={() => save(table as ReportTable)}
          >
            {words}
          </button>
        ))}
      </div>
      <p class="problem" role="alert">
        {problem}
      </p>
    </section>
  );
}
