import { duration } from "../model/duration.ts";
import type { Report } from "../model/report.ts";

interface Props {
  curve: Report["buffer"]["curve"];
  /** By how much longer the buffers should be; `null`: they are long enough, or too few have left. */
  adviceSeconds: number | null;
  /** How many visitors were found gone. */
  departures: number;
}

/** In units of the drawing. */
const WIDTH = 600;
const HEIGHT = 160;

/** For how many returns longer buffers would have waited: a line, and the same numbers as a table. */
export function BufferCurve({ curve, adviceSeconds, departures }: Props) {
  const last = curve.at(-1);
  if (departures === 0 || !last || last.bySeconds === 0) return null;
  const most = Math.max(1, last.returned);
  const xOf = (bySeconds: number) => (bySeconds / last.bySeconds) * WIDTH;
  const points = [{ bySeconds: 0, returned: 0 }, ...curve].map(({ bySeconds, returned }) => {
    return `${xOf(bySeconds)},${HEIGHT - (returned / most) * HEIGHT}`;
  });
  return (
    <figure class="plot curve">
      <figcaption>
        Visitors who came back, and for whom a longer buffer would have waited
        {adviceSeconds !== null && (
          <span class="quiet"> (dashed: longer by {duration(adviceSeconds * 1_000, "fine")})</span>
        )}
      </figcaption>
      <div class="plot-area" dir="ltr" aria-hidden="true">
        <span class="plot-most">{last.returned}</span>
        <svg aria-hidden="true" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
          <polyline points={points.join(" ")} />
          {adviceSeconds !== null && (
            <line
              class="advice"
              x1={xOf(adviceSeconds)}
              x2={xOf(adviceSeconds)}
              y1={0}
              y2={HEIGHT}
            />
          )}
        </svg>
        <p class="curve-ends quiet">
          <span>as now</span>
          <span>longer by {duration(last.bySeconds * 1_000, "fine")}</span>
        </p>
      </div>
      <details>
        <summary>As a table</summary>
        <table class="buffers">
          <thead>
            <tr>
              <th scope="col">Longer by</th>
              <th scope="col">Spared</th>
              <th scope="col">Later, all others together</th>
            </tr>
          </thead>
          <tbody>
            {curve.map(({ bySeconds, returned, delayedSeconds }) => (
              <tr key={bySeconds}>
                <th scope="row">{duration(bySeconds * 1_000, "fine")}</th>
                <td>{returned}</td>
                <td>{duration(delayedSeconds * 1_000)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
