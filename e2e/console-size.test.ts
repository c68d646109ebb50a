/**
 * The size of what a browser loads for the console.
 */
import { readdirSync, readFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import { expect, it } from "vitest";

const FOLDER = new URL("../packages/collector/dist/console/", import.meta.url);
const MAX_BYTES = 120 * 1024;

it("the console is at most 120 KB with brotli, all its files together", () => {
  const names = readdirSync(FOLDER).filter((name) => !name.endsWith(".map"));
  expect(names.sort()).toEqual(["console.css", "console.js", "favicon.svg", "index.html"]);
  const sizes = names.map((name) => brotliCompressSync(readFileSync(new URL(name, FOLDER))).length);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(MAX_BYTES);
});
