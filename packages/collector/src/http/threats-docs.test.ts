/**
 * Each claim of docs/tokens.md and docs/threats.md about what an attacker can do has a test of the title that
 * it names.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const read = (path: string) =>
  readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");

describe.each([
  ["docs/tokens.md", 15],
  ["docs/threats.md", 35],
])("%s", (page, count) => {
  const text = read(page);
  const claims = [...text.matchAll(/\| ([^|]*) \| `([^`]*\.test\.ts)`: "(.*)" \|$/gm)];

  it("makes claims, and names a test for each", () => {
    expect(claims.length).toBeGreaterThan(count);
    const tables = text.split("| tested by |").slice(1);
    const rows = tables.flatMap((table) => table.split("\n\n")[0]?.match(/^\| (?!---)/gm) ?? []);
    expect(claims).toHaveLength(rows.length);
  });

  it.each(claims.map(([, claim = "", file = "", title = ""]) => [claim, file, title]))(
    "names a test of: %s",
    (_, file, title) => {
      expect(read(file)).toContain(`"${title}"`);
    },
  );
});
