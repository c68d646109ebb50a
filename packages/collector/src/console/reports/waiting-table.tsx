import { type Spread, waitedWords } from "../model/report.ts";

interface Props {
  title: string;
  /** Of the first column. */
  head: string;
  rows: readonly { name: string; count: number; waitedSeconds: Spread | null }[];
}

/** How many gave up, and after how long, by something. */
export function WaitingTable({ title, head, rows }: Props) {
  if (rows.length === 0) return null;
  return (
    <table class="buffers">
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col">{head}</th>
          <th scope="col">Gave up</th>
          <th scope="col">Waited</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, count, waitedSeconds }) => (
          <tr key={name}>
            <th scope="row">
              <bdi>{name}</bdi>
            </th>
            <td>{count}</td>
            <td>{waitedWords(waitedSeconds)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
