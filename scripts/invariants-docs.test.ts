/**
 * docs/invariants.md: every file that it names exists, with every test, property and scenario that it
 * names there, and properties run as many cases as it states.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const ROOT = new URL("../", import.meta.url);
const CORE = "packages/collector/src/core/";

const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");

function pathOf(name: string): string {
  const isFromRoot = /^(\.|packages\/|e2e\/|examples\/|scripts\/)/.test(name);
  return isFromRoot ? name : `packages/collector/src/${name}`;
}

const items = read("docs/invariants.md")
  .split(/^- \*\*(?=[A-Z]\d)/m)
  .slice(1)
  .map((item) => item.split(/^(?:#|\n)/m)[0]?.replace(/\s+/g, " ") ?? "");

/** Files, titles and numbers of cases, in the order in which an item names them. */
const NAMED = /`([\w./-]+\.(?:tsx?|json|cjs))`|"([^"]+)"(?: \((\d[\d,]*))?/g;

describe("docs/invariants.md", () => {
  it("numbers its invariants without a gap", () => {
    const numbers = items.map((item) => /^[A-Z]\d+/.exec(item)?.[0] ?? "");
    expect(numbers.length).toBeGreaterThan(100);
    for (const [index, number] of numbers.entries()) {
      const [before = ""] = numbers.slice(index - 1, index);
      const isNext = number === `${before[0]}${Number(before.slice(1)) + 1}`;
      expect(isNext || number.slice(1) === "1", number).toBe(true);
    }
  });

  it.each(items.map((item) => [/^\w+/.exec(item)?.[0] ?? "", item]))(
    "names files, tests and numbers of cases that exist: %s",
    (_, item) => {
      let text = "";
      for (const [, file, title, cases] of item.matchAll(NAMED)) {
        if (file !== undefined) {
          expect(existsSync(new URL(pathOf(file), ROOT)), file).toBe(true);
          text = read(pathOf(file));
          continue;
        }
        expect(text).toContain(`"${title}"`);
        const count = Number(cases?.replaceAll(",", "") ?? 0);
        // A property may run a tenth of its file's number.
        if (count > 0)
          expect(text).toMatch(new RegExp(`\\b${digits(count)}\\b|\\b${digits(10 * count)}\\b`));
      }
    },
  );
});

/** The number as code writes it. */
function digits(count: number): string {
  return count.toLocaleString("en-US").replaceAll(",", "_");
}

describe("the core", () => {
  it("uses no global that reads a clock, a random number or the environment", () => {
    const files = readdirSync(new URL(CORE, ROOT)).filter(
      (name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
    );
    expect(files.length).toBeGreaterThan(15);
    for (const file of files) {
      const code = read(`${CORE}${file}`).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
      expect(code, file).not.toMatch(/\b(Date|performance|process|globalThis|crypto|random)\b/);
    }
  });
});
