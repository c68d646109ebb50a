/**
 * The tables of docs/rules.md list every setting with its default and its other allowed values.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FIELDS, type Field, type SettingValue } from "./settings-schema.ts";

const PAGE = readFileSync(new URL("../../../../docs/rules.md", import.meta.url), "utf8");
const SETTINGS = PAGE.slice(PAGE.indexOf("\n## Settings"), PAGE.indexOf("\n## When to use"));

/** The second cell of each row, by the setting that the first cell names. */
const documented = new Map(
  [...SETTINGS.matchAll(/^\| `([\w.]+)` \| (.*?) \|/gm)].map(([, name = "", cell]) => [name, cell]),
);

/** The cell as a table writes it: "`15` (0 to 86400)", "`off` (or `shadow`, `on`)", "none". */
function cellOf(field: Field): string {
  const value = formatValue(field.default);
  if ("min" in field) return `${value} (${field.min} to ${field.max})`;
  if (!("values" in field)) return value;
  const others = field.values.filter((each) => each !== field.default);
  return `${value} (or ${others.map(formatValue).join(", ")})`;
}

function formatValue(value: SettingValue): string {
  if (!Array.isArray(value)) return `\`${value}\``;
  return value.length === 0 ? "none" : value.map(formatValue).join(", ");
}

describe("docs/rules.md", () => {
  it.each(Object.entries(FIELDS) as [string, Field][])("documents %s", (name, field) => {
    expect(documented.get(name)).toBe(cellOf(field));
  });

  it("documents no setting that does not exist", () => {
    expect([...documented.keys()].filter((name) => !Object.hasOwn(FIELDS, name))).toEqual([]);
  });
});
