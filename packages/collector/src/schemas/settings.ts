/**
 * The JSON Schema of the settings, derived from their table. It describes them to others; what checks
 * them is `patchOverrides`.
 * @module
 */
import { VISIBILITIES } from "../core/lists.ts";
import { FIELDS, type Field } from "../core/settings-schema.ts";

export interface JsonSchema {
  readonly [keyword: string]: unknown;
  properties?: Record<string, JsonSchema>;
}

export function createSettingsSchema(): JsonSchema {
  const settings = objectSchema();
  for (const [name, field] of Object.entries(FIELDS)) {
    const path = name.split(".");
    const leaf = path.pop() ?? name;
    const section = path.reduce(sectionOf, settings);
    section.properties = { ...section.properties, [leaf]: schemaOf(field) };
  }
  const presence = settings.properties?.["presence"];
  const leases = presence?.properties?.["leaseSeconds"];
  if (presence?.properties && leases) {
    presence.properties["leaseSeconds"] = {
      description: `One lease for every page, or one for each kind: ${VISIBILITIES.join(", ")}.`,
      anyOf: [{ type: "number" }, leases],
    };
  }
  return settings;
}

function objectSchema(): JsonSchema {
  return { type: "object", additionalProperties: false, properties: {} };
}

function sectionOf(parent: JsonSchema, name: string): JsonSchema {
  const section = parent.properties?.[name] ?? objectSchema();
  parent.properties = { ...parent.properties, [name]: section };
  return section;
}

/** `null` restores the default, for every setting. */
function schemaOf(field: Field): JsonSchema {
  return { description: field.doc, default: field.default, ...valueSchemaOf(field) };
}

function valueSchemaOf(field: Field): JsonSchema {
  switch (field.kind) {
    case "seconds":
      return { type: ["number", "null"], minimum: field.min, maximum: field.max };
    case "count":
      return { type: ["integer", "null"], minimum: field.min, maximum: field.max };
    case "choice":
      return { enum: [...new Set([...field.values, null])] };
    case "flag":
      return { type: ["boolean", "null"] };
    case "names":
    case "origins":
      return { type: ["array", "null"], items: { type: "string", minLength: 1 } };
  }
}
