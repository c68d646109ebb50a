/**
 * Fails if code or documentation has a word of words.ts: `node scripts/check-words.ts [FOLDER]`. It also
 * prints how often it found the words that are right in one sense only.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Counts, countWords, findWords } from "./find-words.ts";
import { COUNTED } from "./words.ts";

const NOT_OURS = new Set(["node_modules", "dist", "coverage", "api", ".git"]);
/** They must have these words: the list itself, its test, the rules as given, and past changes. */
const EXEMPT = [
  /^scripts\/words\.ts$/,
  /^scripts\/check-words\.test\.ts$/,
  /^docs\/rules\.md$/,
  /CHANGELOG\.md$/,
];

const folder = process.argv[2] ?? ".";
const paths = globSync("**/*.{ts,tsx,js,cjs,md}", {
  cwd: folder,
  exclude: (name) => NOT_OURS.has(name),
}).filter((path) => !EXEMPT.some((pattern) => pattern.test(path)));

let findings = 0;
const totals = new Map<string, Counts>();
for (const path of paths.toSorted()) {
  const text = readFileSync(join(folder, path), "utf8");
  for (const { line, found, say } of findWords(path, text)) {
    findings += 1;
    console.log(`${path}:${line}  ${found}: say ${say}`);
  }
  for (const [word, counts] of countWords(path, text)) {
    totals.set(word, sum(totals.get(word), counts));
  }
}

console.log(
  `\n${"".padEnd(12)}${["identifiers", "comments", "docs"].map((head) => head.padStart(13)).join("")}`,
);
for (const word of COUNTED) {
  const { identifiers, comments, docs } = totals.get(word) ?? sum();
  const cells = [identifiers, comments, docs].map((count) => String(count).padStart(13));
  console.log(word.padEnd(12) + cells.join(""));
}

console.log(`\n${paths.length} files, ${findings} words to replace (scripts/words.ts)`);
process.exit(findings === 0 ? 0 : 1);

function sum(a?: Counts, b?: Counts): Counts {
  const add = (key: keyof Counts) => (a?.[key] ?? 0) + (b?.[key] ?? 0);
  return { identifiers: add("identifiers"), comments: add("comments"), docs: add("docs") };
}
