import { rmSync } from "node:fs";
import terser from "@rollup/plugin-terser";
import typescript from "@rollup/plugin-typescript";

rmSync("dist", { recursive: true, force: true });

const minify = terser({
  module: true,
  ecma: 2020,
  compress: { passes: 3, unsafe_arrows: true, unsafe_methods: true },
  format: { comments: false },
});

/** One bundle per entry point, so that none drags in what another needs. */
const bundle = (input, format) => ({
  input: `src/${input}.ts`,
  output: { file: `dist/${input}.js`, format, strict: false },
  plugins: [
    typescript({ tsconfig: "tsconfig.build.json", declarationDir: "dist", outDir: "dist" }),
    minify,
  ],
});

export default [bundle("index", "es"), bundle("wire", "es"), bundle("script", "iife")];
