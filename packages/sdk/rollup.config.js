import terser from "@rollup/plugin-terser";
import typescript from "@rollup/plugin-typescript";

const minify = terser({
  module: true,
  ecma: 2022,
  compress: { inline: 1, passes: 10 },
  format: { comments: false },
});

/** `rollup --watch`, as `pnpm dev` runs it: readable, for the browser's debugger. */
const isWatching = process.env.ROLLUP_WATCH === "true";

/**
 * A script from another origin has no address of its own to import from
 * (https://html.spec.whatwg.org/multipage/webappapis.html#creating-a-classic-script): the hints are
 * looked for beside the `src` of its tag.
 */
const hintsBesideTag = {
  name: "hints-beside-tag",
  renderDynamicImport: () => ({ left: 'import(src.replace("sdk.js", ', right: "))" }),
};

/** One bundle per entry point, so that none drags in what another needs. */
const bundle = (entry, format) => ({
  input: `src/${entry}.ts`,
  external: (id) => id.includes("sdk-hints") && entry === "script",
  output: {
    file: `dist/${entry}.js`,
    format,
    strict: false,
    sourcemap: isWatching ? "inline" : false,
  },
  plugins: [
    typescript({
      tsconfig: "tsconfig.build.json",
      declarationDir: "dist",
      outDir: "dist",
      sourceMap: isWatching,
      inlineSources: isWatching,
    }),
    hintsBesideTag,
    isWatching ? null : minify,
  ],
});

export default [
  bundle("index", "es"),
  bundle("wire", "es"),
  bundle("script", "iife"),
  bundle("chatwoot", "es"),
  bundle("sdk-chatwoot", "iife"),
  bundle("sunco", "es"),
  bundle("sdk-sunco", "iife"),
  bundle("zendesk", "es"),
  bundle("sdk-zendesk", "iife"),
  bundle("sdk-hints", "es"),
];
