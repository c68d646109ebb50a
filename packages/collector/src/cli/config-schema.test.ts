import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FIELDS } from "../core/settings-schema.ts";
import type { JsonSchema } from "../schemas/settings.ts";
import { createConfigSchema } from "./config-schema.ts";

const published = JSON.parse(
  readFileSync(new URL("../../config.schema.json", import.meta.url), "utf8"),
) as JsonSchema;

function schemaOf(name: string): JsonSchema | undefined {
  let schema = published.properties?.["settings"];
  for (const part of name.split(".")) {
    const variants = schema?.["anyOf"] as JsonSchema[] | undefined;
    schema = (variants?.at(-1) ?? schema)?.properties?.[part];
  }
  return schema;
}

describe("config.schema.json", () => {
  it("is what scripts/write-config-schema.ts writes", () => {
    expect(published).toEqual(createConfigSchema());
  });

  it.each(Object.entries(FIELDS))("describes %s with its default", (name, field) => {
    expect(schemaOf(name)).toMatchObject({ description: field.doc, default: field.default });
  });

  it("allows no other key", () => {
    expect(published["additionalProperties"]).toBe(false);
    expect(schemaOf("presence")?.["additionalProperties"]).toBe(false);
    expect(schemaOf("capacity.autoRelease")?.["additionalProperties"]).toBe(false);
  });
});
