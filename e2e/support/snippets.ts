/**
 * The fenced code blocks of a Markdown page.
 * @module
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Snippet {
  /** Path of the page in the repository, and the line of the block's fence. */
  readonly page: string;
  readonly line: number;
  /** Title of the section that it is in. */
  readonly section: string;
  /** Empty if the fence names none. */
  readonly language: string;
  readonly text: string;
  /**
   * The reason in `<!-- not run: reason -->` before the block; null if it is to run. Code is type-checked
   * nevertheless, unless the comment says `not checked`.
   */
  readonly notRun: string | null;
  readonly isChecked: boolean;
}

const BLOCK = /(?:^<!-- not (run|checked): (.+?) -->\n\n?)?^```([^\n]*)\n(.*?)^```$/gms;

/** @throws if a reason stands before no block. */
export function readSnippets(page: string): Snippet[] {
  const source = readFileSync(`${ROOT}${page}`, "utf8");
  const snippets = [...source.matchAll(BLOCK)].map((match) => {
    const [whole, marker, notRun = null, language = "", text = ""] = match;
    const before = source.slice(0, match.index + whole.indexOf("```"));
    const section = [...before.matchAll(/^##+ (.*)$/gm)].at(-1)?.[1] ?? "";
    const line = before.split("\n").length;
    return { page, line, section, language, text, notRun, isChecked: marker !== "checked" };
  });
  const reasons = source.match(/<!-- not (?:run|checked):/g)?.length ?? 0;
  const used = snippets.filter(({ notRun }) => notRun !== null).length;
  if (reasons !== used) throw new Error(`${page}: a reason not to run stands before no block`);
  return snippets;
}

export function nameOf({ page, line }: Snippet): string {
  return `${page}:${line}`;
}

/** A block's text with its placeholders replaced, in the order of the table. */
export function fill(text: string, table: readonly (readonly [string, string])[]): string {
  return table.reduce((filled, [from, to]) => filled.replaceAll(from, to), text);
}
