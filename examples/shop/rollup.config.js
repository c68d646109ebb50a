import { readFileSync } from "node:fs";
import typescript from "@rollup/plugin-typescript";

/** Puts files that need no building beside the bundle, under the name they are served by. */
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

// Two bundles with nothing in common: what runs in Node and what the browser gets.
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
