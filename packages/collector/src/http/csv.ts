/**
 * Tables as CSV (RFC 4180), for spreadsheets.
 * @module
 */

export type Cell = string | number | null;

/** Spreadsheets read a text that begins with one of these as a formula, which may fetch or run something. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
/** Some spreadsheets divide at semicolons, by their language: a part of a text is no cell of its own. */
const QUOTED = /[",;\t\r\n]/;
/** Without it some spreadsheets read UTF-8 as another encoding. */
const BYTE_ORDER_MARK = "\ufeff";

/** The first row has the names of the columns. `null` is an empty cell. */
export function toCsv(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [columns, ...rows].map((row) => `${row.map(cellOf).join(",")}\r\n`);
  return BYTE_ORDER_MARK + lines.join("");
}

/** A text that would be read as a formula begins with an apostrophe. */
function cellOf(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
