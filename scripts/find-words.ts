/**
 * Finds the words of words.ts in TypeScript, JavaScript and Markdown. Identifiers are those that the
 * TypeScript parser reports, so strings do not count. Phrases are searched in comments, in the titles of
 * tests, and in Markdown outside of code.
 */
import ts from "typescript";
import { COUNTED, LIMIT_PARTS, WORDS } from "./words.ts";

export interface Finding {
  readonly line: number;
  readonly found: string;
  readonly say: string;
}

export interface Counts {
  readonly identifiers: number;
  readonly comments: number;
  readonly docs: number;
}

/** A file's identifiers and prose. */
interface Content {
  readonly identifiers: readonly { readonly name: string; readonly at: number }[];
  /** As long as the text, with spaces where there is no prose. */
  readonly comments: string;
  readonly docs: string;
}

/** The functions whose first argument is a title. */
const TITLED = /^(describe|it|test)\b/;

const bannedNames = new Map<string, string>();
const bannedParts = new Map<string, string>();
for (const { names = [], parts = [], say } of WORDS) {
  for (const name of names) bannedNames.set(name, say);
  for (const part of parts) bannedParts.set(part, say);
}
const bannedPhrases = WORDS.flatMap(({ phrases = [], say }) =>
  phrases.map((phrase) => ({ pattern: patternOf(phrase), say })),
);

export function findWords(path: string, text: string): Finding[] {
  const content = read(path, text);
  const findings = content.identifiers.flatMap(({ name, at }) => {
    const say = replacementOf(name);
    return say === null ? [] : [{ line: lineOf(text, at), found: name, say }];
  });
  for (const { pattern, say } of bannedPhrases) {
    for (const prose of [content.comments, content.docs]) {
      for (const { 0: found, index } of prose.matchAll(pattern)) {
        findings.push({ line: lineOf(text, index), found: found.replaceAll(/\s+/g, " "), say });
      }
    }
  }
  return findings.toSorted((a, b) => a.line - b.line);
}

/** How often a file has each of the words that are only counted, in singular and plural. */
export function countWords(path: string, text: string): Map<string, Counts> {
  const { identifiers, comments, docs } = read(path, text);
  const parts = new Map<string, number>();
  for (const part of identifiers.flatMap(({ name }) => partsOf(name))) {
    parts.set(part, (parts.get(part) ?? 0) + 1);
  }
  return new Map(
    COUNTED.map((word) => {
      const forms = [word, `${word}s`];
      const count = (prose: string) =>
        forms.reduce((sum, form) => sum + (prose.match(patternOf(form))?.length ?? 0), 0);
      const counts = {
        identifiers: forms.reduce((sum, form) => sum + (parts.get(form) ?? 0), 0),
        comments: count(comments),
        docs: count(docs),
      };
      return [word, counts];
    }),
  );
}

function replacementOf(name: string): string | null {
  const parts = partsOf(name);
  const say =
    bannedNames.get(name) ??
    parts.map((part) => bannedParts.get(part)).find((found) => found !== undefined);
  if (say !== undefined) return say;
  const isLimit =
    parts.length > 1 &&
    // `atMost` and `atLeast` are what assertions are called.
    parts[0] !== "at" &&
    [parts[0], parts.at(-1)].some((part) => LIMIT_PARTS.includes(part ?? ""));
  return isLimit ? "max… or min…" : null;
}

/** `cacheKeyOf` and `CACHE_KEY_OF`: cache, key, of. */
function partsOf(name: string): string[] {
  const parts = name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? [];
  return parts.map((part) => part.toLowerCase());
}

function patternOf(phrase: string): RegExp {
  const words = phrase.replaceAll(/[^\w ]/g, "\\$&").split(" ");
  return new RegExp(`(?<![\\w-])${words.join("\\s+")}(?![\\w-])`, "gi");
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split("\n").length;
}

function read(path: string, text: string): Content {
  const nothing = blank(text);
  if (path.endsWith(".md")) {
    return { identifiers: [], comments: nothing, docs: proseOf(text) };
  }
  const { identifiers, ranges } = parse(path, text);
  return { identifiers, comments: keep(text, ranges), docs: nothing };
}

/** Markdown without code and link targets. */
function proseOf(text: string): string {
  return text
    .replaceAll(/^ *(```|~~~)[\s\S]*?^ *\1/gm, blank)
    .replaceAll(/`[^`]*`/g, blank)
    .replaceAll(/\]\([^)]*\)/g, blank);
}

function parse(path: string, text: string) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const identifiers: { name: string; at: number }[] = [];
  const ranges: { pos: number; end: number }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) {
      identifiers.push({ name: node.text.replace("#", ""), at: node.getStart(source) });
    }
    if (ts.isCallExpression(node) && TITLED.test(node.expression.getText(source))) {
      const [title] = node.arguments;
      if (title && (ts.isStringLiteralLike(title) || ts.isTemplateExpression(title))) {
        ranges.push({ pos: title.getStart(source) + 1, end: title.end - 1 });
      }
    }
    const children = node.getChildren(source);
    if (children.length === 0) {
      ranges.push(...(ts.getLeadingCommentRanges(text, node.pos) ?? []));
      ranges.push(...(ts.getTrailingCommentRanges(text, node.end) ?? []));
    }
    // JSDoc is a comment here, whatever it names.
    for (const child of children) if (!ts.isJSDoc(child)) visit(child);
  };
  visit(source);
  return { identifiers, ranges };
}

/** The text inside the ranges, without the marks of comments; spaces elsewhere. */
function keep(text: string, ranges: readonly { pos: number; end: number }[]): string {
  const isKept = new Uint8Array(text.length);
  for (const { pos, end } of ranges) isKept.fill(1, pos, end);
  const kept = Array.from(isKept, (is, at) => (is || text[at] === "\n" ? text[at] : " ")).join("");
  return kept.replaceAll(/^\s*(\/\*\*?|\*\/|\*|\/\/)/gm, blank).replaceAll(/`[^`\n]*`/g, blank);
}

/** As long as the text, and with its lines. */
function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, " ");
}
