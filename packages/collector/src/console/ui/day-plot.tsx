import type { DayBar } from "../model/outcomes.ts";

const DAY = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  timeZone: "UTC",
});

/** In units of the drawing, which is as wide as the page lets it be. */
const HEIGHT = 100;
const DAY_WIDTH = 40;
const BAR_WIDTH = 12;
/** With fewer days the rest of the drawing is empty, so that bars are not wider than a day. */
const MIN_DAYS = 7;

interface Props {
  title: string;
  bars: readonly DayBar[];
  /** What the two bars of a day are; the second one only if the days have it. */
  names: readonly [live: string, shadow: string];
}

/**
 * Bars by day, and the same numbers as a table for those who do not see them. Drawn here, since a plotting
 * library would be half as large as the console, and has no text for screen readers.
 */
export function DayPlot({ title, bars, names }: Props) {
  const most = Math.max(1, ...bars.flatMap(({ live, shadow }) => [live, shadow ?? 0]));
  const hasShadow = bars.some(({ shadow }) => shadow !== null);
  const days = Math.max(MIN_DAYS, bars.length);
  const empty = Array.from({ length: days - bars.length }, (_, index) => bars.length + index);
  const shown = hasShadow ? names : names.slice(0, 1);
  return (
    <figure class="plot">
      <figcaption>
        {title}
        <span class="plot-keys">
          {shown.map((name, index) => (
            <span key={name} data-series={index}>
              <i />
              {name}
            </span>
          ))}
        </span>
      </figcaption>
      <div class="plot-area" dir="ltr" aria-hidden="true">
        <span class="plot-most">{most}</span>
        <svg
          aria-hidden="true"
          viewBox={`0 0 ${days * DAY_WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
        >
          {bars.flatMap(({ day, live, shadow }, index) => {
            const middle = (index + 0.5) * DAY_WIDTH;
            const values = hasShadow ? [live, shadow ?? 0] : [live];
            return values.map((value, series) => {
              const height = (value / most) * HEIGHT;
              const x = middle + (series - values.length / 2) * BAR_WIDTH;
              return (
                <rect
                  key={`${day} ${series}`}
                  data-series={series}
                  x={x}
                  y={HEIGHT - height}
                  width={BAR_WIDTH}
                  height={height}
                />
              );
            });
          })}
        </svg>
        <ol>
          {bars.map(({ day }) => (
            <li key={day}>{dayWords(day)}</li>
          ))}
          {empty.map((day) => (
            <li key={day} />
          ))}
        </ol>
      </div>
      <details>
        <summary>As a table</summary>
        <table class="buffers">
          <thead>
            <tr>
              <th scope="col">Day (UTC)</th>
              {shown.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {bars.map(({ day, live, shadow }) => (
              <tr key={day}>
                <th scope="row">
                  <time dateTime={day}>{dayWords(day)}</time>
                </th>
                <td>{live}</td>
                {hasShadow && <td>{shadow}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

function dayWords(day: string): string {
  return DAY.format(new Date(`${day}T00:00:00Z`));
}
