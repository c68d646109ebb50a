/**
 * Every code block of the documentation works: commands against a real collector, code type-checked against
 * the built packages and run, pages in a real Chromium, and the rest parsed or given to what it is for.
 */
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { TestBrowser } from "./support/browser.ts";
import { SnippetRun } from "./support/snippet-run.ts";
import { nameOf, ROOT, readSnippets } from "./support/snippets.ts";
import { installPackages, typeCheck } from "./support/type-check.ts";

/** readme.test.ts runs this section of the README. */
const README_PATH = "Add it to your own page";

const PAGES = globSync(["README.md", "packages/*/README.md", "docs/*.md"], { cwd: ROOT })
  .toSorted()
  .map((page) => ({ page, snippets: readSnippets(page) }))
  .filter(({ snippets }) => snippets.length > 0);
const all = PAGES.flatMap(({ snippets }) => snippets);

const folder = mkdtempSync(join(tmpdir(), "stillhere-types-"));
let errors: Map<string, string[]>;
let browser: Promise<TestBrowser> | null = null;
const startBrowser = () => {
  browser ??= TestBrowser.start();
  return browser;
};

beforeAll(async () => {
  installPackages(folder);
  const code = all.filter(({ language, isChecked }) => /^[jt]s$/.test(language) && isChecked);
  errors = await typeCheck(code, folder);
  const reasons = all.filter(({ notRun }) => notRun !== null);
  console.log(`Not run:\n${reasons.map((each) => `  ${nameOf(each)}  ${each.notRun}`).join("\n")}`);
});
afterAll(async () => {
  await (await browser)?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.concurrent("every code block works in", () => {
  it.for(PAGES)("$page", async ({ snippets }, { expect }) => {
    expect(snippets.flatMap((each) => errors.get(nameOf(each)) ?? [])).toEqual([]);
    const wanted = snippets.filter(
      ({ notRun, section }) => notRun === null && section !== README_PATH,
    );
    if (wanted.every(({ language }) => /^(?:text|mermaid)$/.test(language))) return;
    const run = await SnippetRun.start(startBrowser);
    try {
      for (const snippet of wanted) {
        await run.run(snippet).catch((error) => {
          throw new Error(`${nameOf(snippet)}: ${error.message}`, { cause: error });
        });
      }
    } finally {
      await run.close();
    }
  });
});
