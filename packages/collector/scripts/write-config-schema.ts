/** Writes config.schema.json. Run it after a setting was added or changed. */
import { writeFileSync } from "node:fs";
import { createConfigSchema } from "../src/cli/config-schema.ts";

const file = new URL("../config.schema.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(createConfigSchema(), null, 2)}\n`);
