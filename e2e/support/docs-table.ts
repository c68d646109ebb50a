/**
 * Tables of the documentation, for tests that follow them row by row.
 * @module
 */
import { readFileSync } from "node:fs";

/** The first cells of the rows of the table with this head, as `Chatwoot reports | here`. */
export function firstCells(page: string, head: string): readonly string[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
  const [, after] = text.split(`| ${head} |\n| --- | --- |\n`);
  if (after === undefined) throw new Error(`docs/${page} has no table ${head}.`);
  const rows = after.slice(0, after.indexOf("\n\n")).split("\n");
  return rows.map((row) => row.split("|")[1]?.trim() ?? "");
}
