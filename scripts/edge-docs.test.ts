/**
 * docs/edge.md: each line of the table of edge and Node names tests that exist, or says why there is none.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const pathOf = (name: string) =>
  name.startsWith("e2e/") ? name : `packages/collector/src/${name}`;

const [, section = ""] = read("docs/edge.md").split("## Edge and Node\n");
const rows = (section.split("\n## ")[0] ?? "")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| ---"))
  .slice(1)
  .map((line) => line.split("|").map((cell) => cell.trim()));

it("the table of edge and Node has a line for each difference", () => {
  expect(rows.length).toBeGreaterThan(10);
});

it.each(rows.map((cells) => [cells[1] ?? "", cells[4] ?? ""]))(
  "the line %s names tests that exist, or says why there is none",
  (_, shown) => {
    const [, file] = /^`([\w./-]+)`/.exec(shown) ?? [];
    if (file === undefined) {
      expect(shown).toMatch(/^not tested: ./);
      return;
    }
    const titles = [...shown.matchAll(/"([^"]+)"/g)].map(([, title]) => title);
    expect(titles).not.toEqual([]);
    for (const title of titles) expect(read(pathOf(file))).toContain(`"${title}"`);
  },
);
