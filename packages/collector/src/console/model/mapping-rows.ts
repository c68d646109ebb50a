/**
 * The words of a desk as rows of tables, as they are edited.
 * @module
 */
import { type DeskMapping, MAPPING_TABLES, type MappingTable } from "./desk.ts";
import { type JsonSchema, problemWith } from "./json-schema.ts";

export interface MappingRow {
  table: MappingTable;
  /** The desk's word. */
  theirs: string;
  ours: string;
}

export const TABLE_WORDS: Readonly<Record<MappingTable, string>> = {
  status: "Status",
  priority: "Priority",
  group: "Group",
  agent: "Agent",
};

export function rowsOf(mapping: DeskMapping): readonly MappingRow[] {
  return MAPPING_TABLES.flatMap((table) =>
    Object.entries(mapping[table] ?? {}).map(([theirs, ours]) => ({ table, theirs, ours })),
  );
}

/** An empty prefix is one: the desk's own ids. `null`: the usual one. */
export function mappingOf(prefix: string | null, rows: readonly MappingRow[]): DeskMapping {
  const mapping: DeskMapping = prefix === null ? {} : { prefix };
  for (const { table, theirs, ours } of rows) {
    mapping[table] = { ...mapping[table], [theirs.trim()]: ours.trim() };
  }
  return mapping;
}

/** What is wrong with a row, by the collector's schema of `mapping` and beside the others. */
export function rowProblem(
  schema: JsonSchema,
  row: MappingRow,
  rows: readonly MappingRow[],
): string | undefined {
  const { propertyNames = {}, additionalProperties } = schema.properties?.[row.table] ?? {};
  const theirs = row.theirs.trim();
  const isTwice = rows.some(
    (other) =>
      other !== row &&
      other.table === row.table &&
      other.theirs.trim().toLowerCase() === theirs.toLowerCase(),
  );
  if (isTwice) return `${theirs} is there twice`;
  const wrong = problemWith(propertyNames, theirs);
  if (wrong !== undefined) return `The desk’s word ${wrong}`;
  const problem = problemWith(oursSchema(additionalProperties), row.ours.trim());
  return problem && `What it means ${problem}`;
}

/** The words that a table may lead to; `null`: any. */
export function oursIn(schema: JsonSchema, table: MappingTable): readonly string[] | null {
  const { additionalProperties } = schema.properties?.[table] ?? {};
  return oursSchema(additionalProperties).enum?.map(String) ?? null;
}

function oursSchema(schema: JsonSchema | boolean | undefined): JsonSchema {
  return typeof schema === "object" ? schema : {};
}
