import { readFileSync } from "node:fs";
import typescript from "@rollup/plugin-typescript";

/** Copies files that need no build to the bundle's folder, under the names they are served by. */
function copy(...names) {
  return {
    name: "copy",
    buildStart() {
      for (const name of names) {
        const file = `src/client/${name}`;
        this.addWatchFile(file);
        this.emitFile({ type: "asset", fileName: name, source: readFileSync(file) });
      }
    },
  };
}

const check = (tsconfig) => typescript({ tsconfig, noEmitOnError: true });

// Two separate bundles: the server for Node, and the chat for the browser.
export default [
  {
    input: "src/server.ts",
    external: /^(node:|hono$|hono\/|@hono\/)/,
    output: { file: "dist/server.js", format: "esm", sourcemap: true },
    plugins: [check("tsconfig.json")],
  },
  {
    input: "src/client/chat.ts",
    output: { dir: "dist/public", entryFileNames: "chat.js", format: "iife", sourcemap: true },
    plugins: [check("src/client/tsconfig.json"), copy("shop.css", "chat.css", "favicon.svg")],
  },
];
