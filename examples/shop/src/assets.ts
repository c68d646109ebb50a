import { readFile } from "node:fs/promises";
import { Hono } from "hono";
import { etag } from "hono/etag";

/** Relative to this bundle, so that it can be copied anywhere. */
const FOLDER = new URL("./public/", import.meta.url);

const TYPES = {
  "chat.js": "text/javascript; charset=utf-8",
  "shop.css": "text/css; charset=utf-8",
  "chat.css": "text/css; charset=utf-8",
  "favicon.svg": "image/svg+xml",
};

/** Serves styles, script and icon; only the names listed above exist. */
export function createAssets(): Hono {
  const assets = new Hono();
  assets.use(etag());
  for (const [name, type] of Object.entries(TYPES)) {
    assets.get(`/${name}`, async (c) =>
      c.body(await readFile(new URL(name, FOLDER)), 200, {
        "content-type": type,
        "cache-control": "no-cache",
      }),
    );
  }
  return assets;
}
