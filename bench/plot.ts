/**
 * Draws charts of figures over the number of sessions, one panel for each figure.
 */

export interface Panel {
  readonly title: string;
  readonly unit: string;
  /** One for each number of sessions. */
  readonly values: readonly number[];
}

const WIDTH = 340;
const HEIGHT = 200;
const MARGIN = { left: 56, right: 16, top: 34, bottom: 34 };
const STEPS = 4;

/** An SVG of panels, two per row; the x axis is logarithmic, the y axis begins at 0. */
export function plot(sessions: readonly number[], panels: readonly Panel[]): string {
  const rows = Math.ceil(panels.length / 2);
  const drawn = panels.map((panel, index) => {
    const [x, y] = [(index % 2) * WIDTH, Math.floor(index / 2) * HEIGHT];
    return `<g transform="translate(${x} ${y})">${draw(sessions, panel)}</g>`;
  });
  const [width, height] = [2 * WIDTH, rows * HEIGHT];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11">
<title>How cost grows with the number of sessions</title>
<rect width="${width}" height="${height}" fill="#fff"/>
${drawn.join("\n")}
</svg>
`;
}

function draw(sessions: readonly number[], { title, unit, values }: Panel): string {
  const max = roundUp(Math.max(...values, 0));
  const [first, last] = [Math.log10(sessions[0] ?? 1), Math.log10(sessions.at(-1) ?? 10)];
  const xOf = (count: number) =>
    MARGIN.left +
    ((Math.log10(count) - first) / Math.max(last - first, 1)) *
      (WIDTH - MARGIN.left - MARGIN.right);
  const yOf = (value: number) =>
    HEIGHT - MARGIN.bottom - (value / max) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const lines = Array.from({ length: STEPS + 1 }, (_, step) => {
    const value = (max / STEPS) * step;
    const y = yOf(value);
    return `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y}" y2="${y}" stroke="#ddd"/><text x="${MARGIN.left - 6}" y="${y + 4}" text-anchor="end" fill="#555">${value.toLocaleString("en")}</text>`;
  });
  const points = sessions.map((count, index) => [xOf(count), yOf(values[index] ?? 0)] as const);
  const ticks = sessions.map(
    (count) =>
      `<text x="${xOf(count)}" y="${HEIGHT - MARGIN.bottom + 16}" text-anchor="middle" fill="#555">${shorten(count)}</text>`,
  );
  const dots = points.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3.5" fill="#2563eb"/>`);
  return `<text x="${MARGIN.left}" y="20" font-weight="bold">${title}</text><text x="${WIDTH - MARGIN.right}" y="20" text-anchor="end" fill="#555">${unit}</text>${lines.join("")}${ticks.join("")}<polyline points="${points.map((point) => point.join(",")).join(" ")}" fill="none" stroke="#2563eb" stroke-width="2"/>${dots.join("")}`;
}

function shorten(count: number): string {
  if (count >= 1_000_000) return `${count / 1_000_000}M`;
  return count >= 1_000 ? `${count / 1_000}k` : String(count);
}

/** Rounds up to 1, 2, 4 or 8 times a power of ten. */
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 8, 10].find((step) => step * power >= value) ?? 10) * power;
}
