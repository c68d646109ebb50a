/**
 * Each claim of docs/tokens.md about what the holder of a token can do has a test of the title that it names.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const read = (path: string) =>
  readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");
const claims = [
  ...read("docs/tokens.md").matchAll(/\| ([^|]*) \| `([^`]*\.test\.ts)`: "(.*)" \|$/gm),
];

describe("docs/tokens.md", () => {
  it("makes claims", () => {
    expect(claims.length).toBeGreaterThan(15);
  });

  it.each(claims.map(([, claim = "", file = "", title = ""]) => [claim, file, title]))(
    "names a test of: %s",
    (_, file, title) => {
      expect(read(file)).toContain(`"${title}"`);
    },
  );
});
