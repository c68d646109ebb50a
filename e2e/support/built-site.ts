/**
 * Pages of sites that were built in different ways, each with the code that "Setting up" gives for it.
 * @module
 */
import { build } from "esbuild";
import type { SnippetKind } from "../../packages/collector/src/console/model/snippets.ts";
import { ROOT } from "./snippets.ts";

/** The page of a visitor with this session. */
export async function pageOf(kind: SnippetKind, code: string, session: string): Promise<string> {
  switch (kind) {
    case "tag":
      return code.replace("conv_1", session);
    case "module":
      return `<script type="module">${await bundle(code.replace("conv_1", session))}</script>`;
    case "manager":
      return code.replace("{{Conversation ID}}", session);
    case "wordpress":
      return footerOf(code, session);
  }
}

async function bundle(contents: string): Promise<string> {
  const resolveDir = `${ROOT}packages/collector`;
  const stdin = { contents, loader: "ts", resolveDir } as const;
  const { outputFiles } = await build({ stdin, bundle: true, format: "esm", write: false });
  return outputFiles[0]?.text ?? "";
}

/** What WordPress's footer prints: the text outside of PHP, with the two values that PHP prints. */
function footerOf(code: string, session: string): string {
  const [, template = ""] = /\?>\n(.*)\n<\?php/s.exec(code) ?? [];
  const html = template
    .replace("<?php echo esc_attr($session); ?>", session)
    .replace("<?php echo esc_url(rest_url('stillhere/v1/token')); ?>", TOKEN_PATHS.wordpress);
  if (html === "" || html.includes("<?")) throw new Error(`PHP that is not understood: ${code}`);
  return html;
}

/** Where each page gets its session token, if the binding asks for one. */
export const TOKEN_PATHS = {
  wordpress: "/wp-json/stillhere/v1/token",
  others: "/presence-token",
} as const;
