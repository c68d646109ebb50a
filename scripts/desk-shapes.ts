/**
 * Takes the structure of the messages that the tests check out of a vendor's own description (OpenAPI): names,
 * types, closed lists and what is required, without a word of its text.
 *
 *     node scripts/desk-shapes.ts sunco.yaml > packages/collector/src/desks/sunco/testing/shapes.json
 * @module
 */
import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** Messages of Sunshine Conversations that concern presence, and the answers that its sink reads. */
const WANTED = [
  "conversationCreateEvent",
  "conversationMessageEvent",
  "conversationPostbackEvent",
  "conversationTypingEvent",
  "conversationReadEvent",
  "conversationRemoveEvent",
  "switchboardPassControl",
  "switchboardReleaseControl",
  "userMergeEvent",
  "userRemoveEvent",
  "activityMessage",
  "conversationUpdateBody",
  "conversationResponse",
];
/** What says how a value looks; all else of a schema is prose or is for drawing it. */
const KEPT = [
  "type",
  "enum",
  "required",
  "nullable",
  "items",
  "properties",
  "allOf",
  "anyOf",
  "oneOf",
];
const REF = "#/components/schemas/";

type Schema = Record<string, unknown>;

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error("Name the file of the description.");
const { components, info } = parse(readFileSync(path, "utf8")) as {
  components: { schemas: Record<string, Schema> };
  info: { title: string; version: string };
};

const shapes: Record<string, unknown> = {};

function take(name: string): void {
  const schema = components.schemas[name];
  if (name in shapes) return;
  if (!schema) throw new Error(`The description has no ${name}.`);
  shapes[name] = null;
  shapes[name] = structureOf(schema);
}

function structureOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(structureOf);
  if (typeof schema !== "object" || schema === null) return schema;
  const { $ref } = schema as Schema;
  if (typeof $ref === "string") {
    const name = $ref.slice(REF.length);
    take(name);
    return { $ref: `#/definitions/${name}` };
  }
  const kept = KEPT.filter((key) => key in schema).map((key) => {
    const value = (schema as Schema)[key];
    if (key !== "properties") return [key, structureOf(value)];
    const fields = Object.entries(value as Schema).map(([field, of]) => [field, structureOf(of)]);
    return [key, Object.fromEntries(fields)];
  });
  return Object.fromEntries(kept);
}

for (const name of WANTED) take(name);
const { title, version } = info;
const lines = Object.entries(shapes).map(
  ([name, shape]) => `    ${JSON.stringify(name)}: ${JSON.stringify(shape)}`,
);
console.log(
  `{\n  "title": "${title}",\n  "version": "${version}",\n  "definitions": {\n${lines.join(",\n")}\n  }\n}`,
);
