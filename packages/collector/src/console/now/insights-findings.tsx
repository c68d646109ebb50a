import { bufferRows, findings, type Insights, measuredWords } from "../model/insights.ts";

/** The measured numbers, and what longer buffers would have changed. */
export function InsightsFindings(props: { measured: Insights | null; problem: string }) {
  const { measured, problem } = props;
  const found = measured ? findings(measured) : [];
  const rows = measured ? bufferRows(measured) : [];
  return (
    <>
      <p id="insights-status" class="quiet">
        {statusWords(measured, problem)}
      </p>
      <p id="insights-empty" hidden={measured === null || found.length > 0}>
        Nobody has left so far. Once the first visitor does, this says how soon it was noticed, and
        whether the visitor had really gone.
      </p>
      <dl id="insights-findings" class="findings">
        {found.map(({ name, value, meaning }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <strong>{value}</strong>
              <small>{meaning}</small>
            </dd>
          </div>
        ))}
      </dl>
      <p
        id="insights-enough"
        class="quiet"
        hidden={found.length === 0 || rows.length > 0 || (measured?.undecided ?? 0) > 0}
      >
        Nobody was found gone too early, so a longer buffer would have spared nothing.
      </p>
      <div id="insights-buffers" hidden={rows.length === 0}>
        <h3>Had the buffer been longer</h3>
        <p class="quiet">
          A longer buffer waits longer before it decides: fewer mistakes, but a visitor who really
          left is noticed later.
        </p>
        <table class="buffers">
          <thead>
            <tr>
              <th scope="col">Longer by</th>
              <th scope="col">Mistakes spared</th>
              <th scope="col">The price</th>
            </tr>
          </thead>
          <tbody id="insights-rows">
            {rows.map(({ longerBy, spared, cost }) => (
              <tr key={longerBy}>
                <th scope="row">{longerBy}</th>
                <td>{spared}</td>
                <td>{cost}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function statusWords(measured: Insights | null, problem: string): string {
  if (problem !== "") {
    return `This could not be read just now, and is tried again in a minute. ${problem}`;
  }
  return measured ? measuredWords(measured) : "Reading…";
}
