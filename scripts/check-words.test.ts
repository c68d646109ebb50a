import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { countWords, findWords } from "./find-words.ts";
import { LIMIT_PARTS, WORDS } from "./words.ts";

const COMMAND = fileURLToPath(new URL("check-words.ts", import.meta.url));

const names = WORDS.flatMap((word) => word.names ?? []);
const parts = WORDS.flatMap((word) => word.parts ?? []);
const phrases = WORDS.flatMap((word) => word.phrases ?? []);
const capitalized = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);
const foundIn = (path: string, text: string) => findWords(path, text).map(({ found }) => found);

describe("a listed word", () => {
  it.each(names)("is refused as the identifier %s", (name) => {
    expect(foundIn("a.ts", `export const ${name} = 1;\n`)).toEqual([name]);
    expect(foundIn("a.ts", `class A { #${name} = 1; }\n`)).toEqual([name]);
  });

  it.each(parts)("is refused as the part %s of an identifier", (part) => {
    const longer = [part, `next${capitalized(part)}Ms`, `NEXT_${part.toUpperCase()}_MS`];
    for (const name of longer) expect(foundIn("a.ts", `let ${name}: number;\n`)).toEqual([name]);
  });

  it.each(LIMIT_PARTS)("is refused as the part %s of a limit's name", (part) => {
    for (const name of [`rows${capitalized(part)}`, `${part.toUpperCase()}_ROWS`]) {
      expect(foundIn("a.ts", `const ${name} = 1;\n`)).toEqual([name]);
    }
    expect(foundIn("a.ts", `check(at${capitalized(part)});\n`)).toEqual([]);
  });

  it.each(phrases)("is refused as the phrase “%s” in comments, titles and Markdown", (phrase) => {
    const broken = phrase.replace(" ", "\n * ");
    const samples = [
      ["a.ts", `// First ${phrase}, then more.\nlet a: number;\n`],
      ["a.ts", `/**\n * First ${broken}, then more.\n */\nlet a: number;\n`],
      ["a.ts", `function a() {\n  // ${capitalized(phrase)}.\n}\n`],
      ["a.test.ts", `it("first ${phrase}", () => {});\n`],
      ["a.test.ts", `it.each([1])(\`first ${phrase} %s\`, () => {});\n`],
      ["a.md", `First\n${phrase.replace(" ", "\n")}, then more.\n`],
    ] as const;
    for (const [path, text] of samples) expect(foundIn(path, text), text).not.toEqual([]);
  });
});

it("finds nothing in strings, code samples, link targets and longer words", () => {
  expect(foundIn("a.ts", 'const a = "courier, whoever"; // `courier`\n')).toEqual([]);
  expect(foundIn("a.ts", "// Troubleshooting and amended.\n")).toEqual([]);
  expect(
    foundIn("a.md", "`courier`\n\n```ts\nconst courier = 1;\n```\n\n[a](courier.md)\n"),
  ).toEqual([]);
});

it("names the line and what to say instead", () => {
  const text = "let a: number;\n\n/**\n * The\n * courier.\n */\nlet b: number;\n";
  expect(findWords("a.ts", text)).toEqual([{ line: 5, found: "courier", say: "DeliveryWorker" }]);
});

it("counts a word with several senses without refusing it", () => {
  const code = "// Look again.\nconst lookAgain = places;\n";
  expect(findWords("a.ts", code)).toEqual([]);
  const counts = countWords("a.ts", code);
  expect(counts.get("look")).toEqual({ identifiers: 1, comments: 1, docs: 0 });
  expect(counts.get("place")).toEqual({ identifiers: 1, comments: 0, docs: 0 });
  expect(countWords("a.md", "At\nonce.").get("at once")?.docs).toBe(1);
});

describe("the command", () => {
  const folder = mkdtempSync(join(tmpdir(), "stillhere-words-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const check = () => spawnSync(process.execPath, [COMMAND, folder], { encoding: "utf8" });

  it("passes over a folder without listed words, and fails with one", () => {
    writeFileSync(join(folder, "a.ts"), "// A successor.\nexport const successor = 1;\n");
    expect(check()).toMatchObject({ status: 0 });
    writeFileSync(join(folder, "b.ts"), "export const heir = 1;\n");
    const { status, stdout } = check();
    expect(status).toBe(1);
    expect(stdout).toContain("b.ts:1  heir: say successor");
  });
});
