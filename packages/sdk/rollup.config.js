import terser from "@rollup/plugin-terser";
import typescript from "@rollup/plugin-typescript";

const minify = terser({
  module: true,
  ecma: 2022,
  compress: { passes: 10 },
  format: { comments: false },
});

/** One bundle per entry point, so that none drags in what another needs. */
const bundle = (entry, format) => ({
  input: `src/${entry}.ts`,
  output: { file: `dist/${entry}.js`, format, strict: false },
  plugins: [
    typescript({ tsconfig: "tsconfig.build.json", declarationDir: "dist", outDir: "dist" }),
    minify,
  ],
});

export default [bundle("index", "es"), bundle("wire", "es"), bundle("script", "iife")];
