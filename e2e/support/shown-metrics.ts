/**
 * Where operators find each metric: a panel of the dashboard, and the tables of docs/operations.md.
 * @module
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");

/** The names that are missing in one of them, with the file. */
export function absentOf(names: readonly string[]): readonly string[] {
  const dashboard = read("deploy/grafana/dashboard.json");
  const docs = read("docs/operations.md");
  return names.flatMap((name) => [
    ...(new RegExp(`\\b${name}(_bucket)?\\{`).test(dashboard) ? [] : [`${name}: dashboard.json`]),
    ...(new RegExp(`\`${name}[\`{]`).test(docs) ? [] : [`${name}: operations.md`]),
  ]);
}
