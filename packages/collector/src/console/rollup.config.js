import { readFileSync } from "node:fs";
import nodeResolve from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import typescript from "@rollup/plugin-typescript";

const folder = new URL("./", import.meta.url).pathname;
const styles = [
  "base",
  "top",
  "summary",
  "queue",
  "sessions",
  "conversations",
  "drawer",
  "insights",
  "pages",
  "field",
  "triggers",
  "audit",
  "plot",
  "reports",
  "agents",
  "why",
];

/** Emits the page, its icon and its styles, joined to one file, beside the script. */
function page() {
  return {
    name: "page",
    buildStart() {
      const read = (name) => {
        this.addWatchFile(folder + name);
        return readFileSync(folder + name, "utf8");
      };
      const put = (fileName, source) => this.emitFile({ type: "asset", fileName, source });
      put("index.html", read("index.html"));
      put("favicon.svg", read("favicon.svg"));
      put("console.css", styles.map((name) => read(`styles/${name}.css`)).join("\n"));
    },
  };
}

export default {
  input: `${folder}console.tsx`,
  output: {
    dir: `${folder}../../dist/console`,
    entryFileNames: "console.js",
    format: "esm",
    sourcemap: true,
  },
  plugins: [
    typescript({ tsconfig: `${folder}tsconfig.json`, noEmitOnError: true }),
    nodeResolve({ browser: true }),
    terser(),
    page(),
  ],
};
