/** Writes the collector's version into its source. Runs after `changeset version` has changed it. */
import { readFileSync, writeFileSync } from "node:fs";

const collector = new URL("../packages/collector/", import.meta.url);
const text = readFileSync(new URL("package.json", collector), "utf8");
const { version } = JSON.parse(text) as { readonly version: string };
writeFileSync(
  new URL("src/http/version.ts", collector),
  `/** The version of this package. A constant, because the edge cannot read package.json. */
export const VERSION = "${version}";
`,
);
