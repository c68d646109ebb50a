/**
 * Reads the static files that the collector serves from the build output.
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Asset, Assets } from "../http/context.ts";

/** The name under which a page loads each script build, and its entry point in `@stillhere/sdk`. */
export const SDK_SCRIPTS: Readonly<Record<string, string>> = {
  "sdk.js": "script",
  "sdk-hints.js": "hints",
  "sdk-chatwoot.js": "script-chatwoot",
  "sdk-sunco.js": "script-sunco",
  "sdk-zendesk.js": "script-zendesk",
};

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

export function readAssets(): Assets {
  const assets = new Map<string, Asset>();
  for (const [name, entry] of Object.entries(SDK_SCRIPTS)) {
    assets.set(name, readAsset(fileURLToPath(import.meta.resolve(`@stillhere/sdk/${entry}`))));
  }
  const folder = fileURLToPath(new URL("../console/", import.meta.url));
  for (const name of readdirSync(folder)) {
    if (TYPES[extname(name)]) assets.set(`console/${name}`, readAsset(`${folder}${name}`));
  }
  return assets;
}

function readAsset(path: string): Asset {
  return { type: TYPES[extname(path)] ?? "text/plain", body: readFileSync(path, "utf8") };
}
