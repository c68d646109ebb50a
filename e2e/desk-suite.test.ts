/**
 * The desk that docs/desks.md writes, as its reader would have it: two files that import the built package. It passes
 * the conformance suite.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runToEnd } from "./support/process.ts";
import { readSnippets } from "./support/snippets.ts";

const COLLECTOR = fileURLToPath(new URL("../packages/collector/", import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "stillhere-desk-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = readSnippets("docs/desks.md").filter(({ language }) => language === "js");
const textOf = (section: string) => files.find((each) => each.section === section)?.text ?? "";
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

function runSuite() {
  // Without this, a nested test runner would report to the outer one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const args = ["--test", "--test-reporter=tap"];
  return runToEnd(process.execPath, args, { cwd: folder, env });
}

beforeAll(() => {
  mkdirSync(join(folder, "node_modules/@stillhere"), { recursive: true });
  symlinkSync(COLLECTOR, join(folder, "node_modules/@stillhere/collector"));
  write("package.json", '{"type": "module"}');
  write("parley.js", textOf("The file"));
  write("parley.test.js", textOf("Its test"));
});

it("the desk of the documentation passes the suite", async () => {
  const { status, stdout } = await runSuite();
  expect(stdout).toMatch(/# fail 0/);
  expect(Number(/# pass (\d+)/.exec(stdout)?.[1])).toBeGreaterThan(10);
  expect(status).toBe(0);
});

it("a desk that believes anyone does not", async () => {
  write("parley.js", textOf("The file").replace('isSigned ? "ok" : "forged"', '"ok"'));
  const { status, stdout } = await runSuite();
  expect(stdout).toMatch(/not ok \d+ - a message with another secret, or with none, is forged/);
  expect(status).toBe(1);
  write("parley.js", textOf("The file"));
});
