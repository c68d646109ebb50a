/** Copies the static files of an edge deployment: the SDK's script build and the console. */
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SDK_SCRIPTS } from "../src/platform/assets.ts";

const to = new URL("../dist/edge/", import.meta.url);
const consoleFiles = new URL("../dist/console/", import.meta.url);

/** The same headers as in `http/assets.ts`. */
const HEADERS = `/sdk*
  Access-Control-Allow-Origin: *
  Cross-Origin-Resource-Policy: cross-origin
  Cache-Control: public, max-age=3600
  X-Content-Type-Options: nosniff
/console*
  Content-Security-Policy: default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'
  Referrer-Policy: no-referrer
  X-Frame-Options: DENY
  Cross-Origin-Opener-Policy: same-origin
  Cache-Control: no-cache
  X-Content-Type-Options: nosniff
`;

rmSync(to, { recursive: true, force: true });
mkdirSync(new URL("console/", to), { recursive: true });
for (const [name, entry] of Object.entries(SDK_SCRIPTS)) {
  cpSync(fileURLToPath(import.meta.resolve(`@stillhere/sdk/${entry}`)), new URL(name, to));
}
for (const name of readdirSync(consoleFiles)) {
  if (name.endsWith(".map")) continue;
  // The path `/console` is served from `console.html`.
  const path = name === "index.html" ? "console.html" : `console/${name}`;
  cpSync(new URL(name, consoleFiles), new URL(path, to));
}
writeFileSync(new URL("_headers", to), HEADERS);
