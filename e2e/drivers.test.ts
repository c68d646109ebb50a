/**
 * The conformance suite for driver authors, as published: imported by its public name from the
 * built package, and run as docs/drivers.md describes.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runToEnd } from "./support/process.ts";

const COLLECTOR = fileURLToPath(new URL("../packages/collector/", import.meta.url));
const TSC = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
const DOCUMENT = new URL("../docs/drivers.md", import.meta.url);

const folder = mkdtempSync(join(tmpdir(), "stillhere-driver-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: readonly string[]) {
  // Without this, a nested test runner would report to the outer one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return runToEnd(process.execPath, args, { cwd: folder, env });
}

/** Runs the suite, or those of its cases whose names match. */
const runSuite = (cases = ".") =>
  run("--test", "--test-reporter=tap", `--test-name-pattern=${cases}`);

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

const driverOf = (body: string) => `
import { MemoryStore } from ${JSON.stringify(join(COLLECTOR, "dist/stores/memory/memory-store.js"))};
export async function openStore() {
  const store = new MemoryStore();
  ${body}
  return store;
}`;

beforeAll(() => {
  mkdirSync(join(folder, "node_modules/@stillhere"), { recursive: true });
  symlinkSync(COLLECTOR, join(folder, "node_modules/@stillhere/collector"));
  write("package.json", '{"type": "module"}');
  const example = /```js\n(.*?)```/s.exec(readFileSync(DOCUMENT, "utf8"))?.[1] ?? "";
  write("my-store.test.js", example);
});

it("passes a correct driver", async () => {
  write("my-store.js", driverOf(""));
  const { status, stdout } = await runSuite();
  expect(stdout).toMatch(/ok \d+ - every scenario, played through the engine/);
  expect(stdout).toMatch(/# fail 0/);
  expect(stdout).not.toContain("# SKIP The store has no `renew`.");
  expect(status).toBe(0);
});

it("skips the cases of an optional part that a driver does not have, and states why", async () => {
  write("my-store.js", driverOf("store.renew = undefined;"));
  const { status, stdout } = await runSuite("renewed lease");
  expect(stdout).toMatch(
    /ok \d+ - a renewed lease is loaded, listed and found due # SKIP The store has no `renew`\./,
  );
  expect(stdout).toMatch(/# fail 0/);
  expect(status).toBe(0);
});

it.each([
  [
    "loses a deadline",
    "const commit = store.commit.bind(store);" +
      "store.commit = (writes) => commit(writes.map((write) => ({ ...write, deadlineAt: null })));",
    "every scenario",
  ],
  ["detects no outage", "store.heartbeat = async () => false;", "broadcasts an outage once"],
  ["keeps no history", "store.history = async () => [];", "reads a session's history by seq"],
])("fails a driver that %s", async (_name, body, failure) => {
  write("my-store.js", driverOf(body));
  const { status, stdout } = await runSuite(failure);
  expect(stdout).toMatch(new RegExp(`not ok \\d+ - ${failure}`));
  expect(status).toBe(1);
});

it("exports its types", async () => {
  write(
    "types.ts",
    `import { conformanceCases, type OutboxStore, playScenarios, type Scenario, type Store, StoreError }
       from "@stillhere/collector/conformance";
     declare const store: Store;
     const scenario: Scenario = { id: "a", name: "a", session: { channel: "web_widget" }, events: [], expect: [] };
     export const seq: number | undefined = (await playScenarios(store, [scenario]))[0]?.history[0]?.seq;
     export const name: string | undefined = conformanceCases[0]?.name;
     export const outbox: OutboxStore = store.outbox;
     export const error: Error = new StoreError("is down");
     // @ts-expect-error there is no such field, so the types are not any
     store.versions;`,
  );
  const compilerOptions = { noEmit: true, strict: true, target: "es2023", module: "nodenext" };
  write("tsconfig.json", JSON.stringify({ compilerOptions: { ...compilerOptions, types: [] } }));
  const { stdout, status } = await run(TSC);
  expect(stdout).toBe("");
  expect(status).toBe(0);
});
