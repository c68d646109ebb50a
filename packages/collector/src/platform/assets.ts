/**
 * Reads the static files that the collector serves from the build output.
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Asset, Assets } from "../http/context.ts";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

export function readAssets(): Assets {
  const assets = new Map<string, Asset>();
  assets.set("sdk.js", readAsset(fileURLToPath(import.meta.resolve("@stillhere/sdk/script"))));
  assets.set("sdk-hints.js", readAsset(fileURLToPath(import.meta.resolve("@stillhere/sdk/hints"))));
  assets.set(
    "sdk-chatwoot.js",
    readAsset(fileURLToPath(import.meta.resolve("@stillhere/sdk/script-chatwoot"))),
  );
  const folder = fileURLToPath(new URL("../console/", import.meta.url));
  for (const name of readdirSync(folder)) {
    if (TYPES[extname(name)]) assets.set(`console/${name}`, readAsset(`${folder}${name}`));
  }
  return assets;
}

function readAsset(path: string): Asset {
  return { type: TYPES[extname(path)] ?? "text/plain", body: readFileSync(path, "utf8") };
}
