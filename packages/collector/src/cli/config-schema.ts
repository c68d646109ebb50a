/**
 * The JSON Schema of the config file. `config.schema.json` in the package is its output, for editors and
 * checks before a deployment.
 * @module
 */
import { createSettingsSchema, type JsonSchema } from "../schemas/settings.ts";

export function createConfigSchema(): JsonSchema {
  const description = "Settings of the account `default`, as `PATCH /v1/settings`.";
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "The file that `stillhere serve --config` reads",
    description: "Settings that are applied at each start. Others stay as they are.",
    type: "object",
    additionalProperties: false,
    properties: {
      $schema: { type: "string" },
      settings: { description, ...createSettingsSchema() },
    },
  };
}
