/**
 * docs/article.md: each point says where it went, and what it names exists.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const ROOT = new URL("../", import.meta.url);
const SCENARIOS = "packages/collector/scenarios/";
/** The article has this many points; one that is removed here is missing. */
const POINTS = 22;

const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");
const cases = readdirSync(new URL(SCENARIOS, ROOT))
  .filter((name) => name.endsWith(".json"))
  .map((name) => read(SCENARIOS + name))
  .join();

const rows = read("docs/article.md")
  .split("\n")
  .filter((line) => /^\| A\d/.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, number = "", , where = ""]) => ({ number, where }));

/** What an administrator does: mode, terms, trial, period, capacity, release, triggers and recipes. */
const ACTED_ON = ["A8", "A9", "A11", "A14", "A16", "A17", "A18", "A19", "A20", "A21", "A22"];

/** Files, titles of tests and worked cases, in the order in which a row names them. */
const NAMED = /`([\w./-]+\.tsx?)`|"([^"]+)"|`([A-Z]\d+-[\w-]+)`/g;

describe("docs/article.md", () => {
  it("has a row for each point of the article", () => {
    const numbers = Array.from({ length: POINTS }, (_, index) => `A${index + 1}`);
    expect(rows.map(({ number }) => number)).toEqual(numbers);
  });

  it.each(ACTED_ON)("names a test that does point %s with nothing but the console", (wanted) => {
    const { where } = rows.find(({ number }) => number === wanted) ?? {};
    expect(where).toMatch(/^console: `e2e\/console-[\w-]+\.test\.ts` "/);
  });

  it.each(rows)("says where point $number went, and names what exists", ({ where }) => {
    const [kind] = /^(console|rules|not ours):/.exec(where) ?? [];
    expect(kind).toBeDefined();
    let file = "";
    let names = 0;
    for (const [, path, title, scenario] of where.matchAll(NAMED)) {
      names += 1;
      if (path !== undefined) file = read(path);
      else if (title !== undefined) expect(file).toContain(`"${title}"`);
      else expect(cases).toContain(`"${scenario}"`);
    }
    if (kind !== "not ours:") expect(names).toBeGreaterThan(0);
  });
});
