/**
 * The fields of a kind of desk that the collector's operator has registered, by its schema.
 * @module
 */
import type { DeskField } from "./desk-field.ts";
import type { JsonSchema } from "./json-schema.ts";

const ENTERED = ["string", "number", "integer", "boolean"];

/** What the collector says of each kind of desk. */
export interface KindSchema {
  outbound: JsonSchema;
  /** Fields of `outbound` that are never shown. */
  credentials: readonly string[];
  /** What its words mean without tables of one's own. */
  mapping: Readonly<Record<string, unknown>>;
}

/** A field of another type, such as a list, is left to the route. */
export function fieldsBySchema({ outbound, credentials }: KindSchema): readonly DeskField[] {
  return fieldsIn(outbound, "", (name) => credentials.includes(name.split(".")[0] ?? name));
}

function fieldsIn(
  { properties = {}, required = [] }: JsonSchema,
  before: string,
  isSecret: (name: string) => boolean,
): readonly DeskField[] {
  return Object.entries(properties).flatMap(([key, schema]): readonly DeskField[] => {
    const name = before + key;
    // One level is enough: what is deeper has no name here.
    if (schema.properties && before === "") return fieldsIn(schema, `${name}.`, isSecret);
    if (!isEntered(schema) || key.includes(".")) return [];
    return [
      {
        name,
        label: schema.title ?? name,
        hint: schema.description ?? "",
        schema,
        ...(isSecret(name) && { isSecret: true }),
        ...(!required.includes(key) && { isOptional: true }),
      },
    ];
  });
}

function isEntered({ type, enum: values }: JsonSchema): boolean {
  if (values) return values.every((value) => typeof value === "string");
  return type !== undefined && ENTERED.includes(type);
}
