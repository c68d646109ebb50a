interface Bar {
  key: string;
  label: string;
  value: number;
  /** How many conversations began then; `null` where that says nothing. */
  began: number | null;
}

interface Props {
  title: string;
  /** What a bar is of. */
  head: string;
  /** What is counted. */
  name: string;
  bars: readonly Bar[];
}

/** Counts as bars beside their numbers: a table that is a drawing too, so that both say the same. */
export function ReportBars({ title, head, name, bars }: Props) {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const hasBegun = bars.some(({ began }) => began !== null);
  return (
    <table class="bars">
      <caption>{title}</caption>
      <thead class="unseen">
        <tr>
          <th scope="col">{head}</th>
          <th scope="col">{hasBegun ? `${name}, and how many began` : name}</th>
        </tr>
      </thead>
      <tbody>
        {bars.map(({ key, label, value, began }) => (
          <tr key={key}>
            <th scope="row">{label}</th>
            <td>
              <span class="bar-of" style={{ inlineSize: `${(100 * value) / most}%` }} />
              <span class="bar-value">
                {value}
                {began !== null && <small class="quiet"> · {began} began</small>}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
