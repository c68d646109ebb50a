/**
 * The README's path for a web developer, pasted block by block into an empty folder: from packed packages
 * to the verdict that the visitor of an own page has left.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { TestBrowser } from "./support/browser.ts";
import { freePort } from "./support/ports.ts";
import { Shell } from "./support/shell.ts";
import { fill, nameOf, ROOT, readSnippets, type Snippet } from "./support/snippets.ts";
import { until } from "./support/wait.ts";

const SECTION = "Add it to your own page";

/** npm takes what it has already downloaded, and asks the registry for nothing that the path does not need. */
const NPM = {
  npm_config_prefer_offline: "true",
  npm_config_audit: "false",
  npm_config_fund: "false",
};

it("leads from an empty folder to a visitor who is offline", { timeout: 180_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "stillhere-readme-"));
  const own = join(folder, "own");
  mkdirSync(own);
  const shell = new Shell(own, [], NPM);
  onTestFinished(async () => {
    await shell.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const collector = `http://127.0.0.1:${await freePort()}`;
  const port = String(await freePort());
  const site = `http://localhost:${port}`;
  const table: [string, string][] = [
    // The tests run after a build, and another one would change dist under them.
    ["npx -y pnpm@12 build", "test -f packages/collector/dist/index.js"],
    ["/tmp/stillhere", join(folder, "packed")],
    ["http://127.0.0.1:8787", collector],
    ["8787", new URL(collector).port],
    ["3000", port],
  ];
  const steps: string[] = [];
  let since = performance.now();
  const done = (step: string) => {
    steps.push(`${((performance.now() - since) / 1000).toFixed(1).padStart(5)} s  ${step}`);
    since = performance.now();
  };

  const paste = async (snippet: Snippet): Promise<void> => {
    const text = fill(snippet.text, table);
    if (snippet.language === "js") writeFileSync(join(own, "site.mjs"), text);
    else if (text.includes("stillhere serve")) {
      const printed = await shell.start(text, /listens at/);
      for (const prefix of ["pk_", "sk_"]) {
        const [key = ""] = new RegExp(`${prefix}\\S+`).exec(printed) ?? [];
        table.push([`${prefix}…`, key]);
      }
    } else if (text.includes("node site.mjs")) await shell.start(text, /Open http/);
    else await shell.run(text, text.includes("pnpm@12") ? ROOT : own);
  };

  const snippets = readSnippets("README.md").filter(
    ({ section, notRun }) => section === SECTION && notRun === null,
  );
  const query = snippets.pop();
  for (const snippet of snippets) {
    await paste(snippet);
    done(`${nameOf(snippet)}  ${snippet.text.split("\n").findLast((line) => line !== "")}`);
  }
  expect(existsSync(join(own, "site.mjs"))).toBe(true);
  const session = async () => {
    const printed = await shell.run(fill(query?.text ?? "", table));
    return JSON.parse(printed.slice(printed.indexOf("{"))) as Record<string, unknown>;
  };

  const browser = await TestBrowser.start();
  onTestFinished(() => browser.stop());
  const page = await browser.open();
  done("starting the browser");
  await page.goto(site);
  await until("the session to be online", async () => (await session())["presence"] === "online");
  done("the page is open: online");
  expect(await session()).toMatchObject({ state: "active", reason: null, queue: "queued" });
  await page.close();
  await until("the session to be offline", async () => (await session())["presence"] === "offline");
  done("the tab is closed: offline");
  expect(await session()).toMatchObject({ state: "inactive", reason: "user_offline" });
  console.log(`The README's path:\n${steps.join("\n")}`);
});
