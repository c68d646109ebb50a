/**
 * Takes what the tests check out of Zendesk's own descriptions (OpenAPI): which requests there are, and the structure
 * of their answers, without a word of their text. What they refer to and do not have, such as the fields of a ticket,
 * may be anything.
 *
 *     node scripts/zendesk-shapes.ts tickets.yaml tags.yaml ticket-fields.yaml > packages/collector/src/desks/zendesk/testing/shapes.json
 * @module
 */
import { readFileSync } from "node:fs";
import { parse } from "yaml";

const WANTED =
  /^\/api\/v2\/(?:tickets\/\{ticket_id\}(?:\/tags)?|ticket_fields\/\{ticket_field_id\})$/;
const REF = "#/components/schemas/";

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}

interface Operation {
  readonly responses?: Readonly<
    Record<string, { readonly content?: Record<string, { readonly schema?: Schema }> }>
  >;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** By request, as `PUT /api/v2/tickets/{ticket_id}`: the answers by their status. */
const shapes: Record<string, Record<string, unknown>> = {};
for (const file of process.argv.slice(2)) {
  const { paths, components } = parse(readFileSync(file, "utf8")) as Description;
  for (const [path, methods] of Object.entries(paths)) {
    if (!WANTED.test(path)) continue;
    for (const [method, { responses = {} }] of Object.entries(methods)) {
      if (method === "parameters") continue;
      const answers = Object.entries(responses).map(([status, { content }]) => {
        const schema = content?.["application/json"]?.schema ?? {};
        return [status, structureOf(schema, components.schemas)];
      });
      shapes[`${method.toUpperCase()} ${path}`] = Object.fromEntries(answers);
    }
  }
}

function structureOf(schema: Schema, all: Description["components"]["schemas"]): unknown {
  if (schema.$ref !== undefined) {
    const target = all[schema.$ref.slice(REF.length)];
    return target ? structureOf(target, all) : {};
  }
  const { type, required, items, properties } = schema;
  const fields = Object.entries(properties ?? {}).map(([name, of]) => [name, structureOf(of, all)]);
  return {
    ...(type && { type }),
    ...(required && { required }),
    ...(items && { items: structureOf(items, all) }),
    ...(properties && { properties: Object.fromEntries(fields) }),
  };
}

const lines = Object.entries(shapes).map(
  ([request, answers]) => `  ${JSON.stringify(request)}: ${JSON.stringify(answers)}`,
);
console.log(`{\n${lines.join(",\n")}\n}`);
