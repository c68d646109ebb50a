import type { SetupCheck } from "../model/setup-checks.ts";

/** What must be so before a page is heard. */
export function CheckList({ checks }: { checks: readonly SetupCheck[] }) {
  return (
    <section class="card" aria-labelledby="checks-title">
      <h3 id="checks-title">Nothing heard yet? Check this</h3>
      <ol id="checks" class="checks">
        {checks.map(({ id, isDone, text }) => (
          <li key={id} data-check={id} data-done={isDone ?? "unknown"}>
            <strong>{doneWords(isDone)}</strong> {text}
          </li>
        ))}
      </ol>
    </section>
  );
}

function doneWords(isDone: boolean | null): string {
  if (isDone === null) return "See for yourself:";
  return isDone ? "Done:" : "Not yet:";
}
