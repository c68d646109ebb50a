/** Copies the built example shop, which the demo runs as a separate process. */
import { cpSync, rmSync } from "node:fs";

const from = new URL("../../../examples/shop/dist/", import.meta.url);
const to = new URL("../dist/demo-shop/", import.meta.url);
rmSync(to, { recursive: true, force: true });
cpSync(from, to, { recursive: true });
