/**
 * Errors of the command's arguments and files, in this process. Those that need a process of their own are in
 * `e2e/command.test.ts`.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { run } from "./program.ts";

const folder = mkdtempSync(join(tmpdir(), "stillhere-program-"));
const { argv } = process;
afterEach(() => {
  process.argv = argv;
  vi.restoreAllMocks();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

class Exit extends Error {
  readonly code: unknown;

  constructor(code: unknown) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** Runs the command; returns its exit code, and what it prints where. */
async function runCommand(args: readonly string[]) {
  const printed = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      printed[stream] += String(text);
      return true;
    });
  }
  vi.spyOn(console, "log").mockImplementation((text) => {
    printed.stdout += `${text}\n`;
  });
  vi.spyOn(console, "error").mockImplementation((text) => {
    printed.stderr += `${text}\n`;
  });
  vi.spyOn(process, "exit").mockImplementation((code) => {
    throw new Exit(code);
  });
  process.argv = [process.execPath, "stillhere", ...args];
  const ended = await run().then(
    () => new Exit(0),
    (exit: unknown) => exit,
  );
  vi.restoreAllMocks();
  if (!(ended instanceof Exit)) throw ended;
  return { status: ended.code, ...printed };
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const MEMORY = ["--port", "0", "--store", "memory:"];
const ABSENT = ["--store", `sqlite:${folder}/absent.db`];

describe("the command reports in one line, and exits 2, on", () => {
  it.each<[string, string[], RegExp]>([
    ["an unknown command", ["wave"], /unknown command 'wave'/],
    ["an invalid port", ["serve", "--port", "x"], /whole number from 0 to 65535/],
    ["an unknown kind of store", ["serve", "--store", "floppy:a"], /is no store: use sqlite:PATH/],
    [
      "a config that is not JSON",
      ["serve", ...MEMORY, "--config", file("a.json", "{")],
      /a\.json cannot be read/,
    ],
    [
      "a config with an unknown setting",
      ["serve", ...MEMORY, "--config", file("b.json", '{"settings":{"x":1}}')],
      /b\.json: x is no setting/,
    ],
    ["a missing scenario file", ["replay", "none.json"], /none\.json cannot be read/],
    ["an invalid scenario", ["replay", file("c.json", '{"id":"X"}')], /scenario X: name/],
    ["a store that does not exist", ["token", "--session", "s", ...ABSENT], /stillhere serve/],
    [
      "keys of a store that does not exist",
      ["keys", "--create", ...ABSENT],
      /no store .*stillhere serve/,
    ],
    ["keys of a store in memory", ["keys", "--store", "memory:"], /its own process/],
    ["a token without a session", ["token"], /--session <id>' not specified/],
    ["a misspelt option", ["serve", "--prot", "1"], /--prot' \(Did you mean --port\?\)/],
    ["an argument too many", ["serve", "now"], /too many arguments/],
    [
      "a proxy that is no network",
      ["serve", ...MEMORY, "--trust-proxy", "proxy"],
      /10\.0\.0\.0\/8/,
    ],
    ["people of a store that does not exist", ["people", ...ABSENT], /no store .*stillhere serve/],
    ["an invitation without a role", ["people", "--invite", ...ABSENT], /--role viewer/],
    ["an invalid metrics token", ["serve", ...MEMORY, "--metrics-token", "a b"], /letters, digits/],
  ])("%s", async (_, args, line) => {
    const { status, stdout, stderr } = await runCommand(args);
    expect(status).toBe(2);
    expect(stderr).toMatch(line);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stdout).toBe("");
  });
});

describe("a backup", () => {
  it.each([
    ["a store in Redis", ["--store", "redis://127.0.0.1:1"], /BGSAVE, see docs\/redis\.md/],
    ["a store in a cluster", ["--store", "rediss-cluster://a:1"], /BGSAVE/],
    ["a store in memory", ["--store", "memory:"], /--store sqlite:PATH/],
    ["a missing store", ["--store", "sqlite:/no/such.db"], /There is no file/],
  ])("of %s is refused in one line", async (_, options, line) => {
    for (const command of ["backup", "restore"]) {
      const { status, stderr } = await runCommand([command, "/no/such/copy.db", ...options]);
      expect([status, stderr.trim().split("\n").length]).toEqual([2, 1]);
      expect(stderr).toMatch(line);
    }
  });
});

it.each([[], ["serve"], ["demo"], ["replay"], ["token"], ["keys"], ["people"], ["backup"]])(
  "has help with examples: %s",
  async (...command) => {
    const { status, stdout } = await runCommand([...command, "--help"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}/);
  },
);

it.each([
  ["token", ["token", "--session", "s"]],
  ["keys", ["keys"]],
  ["people", ["people"]],
  ["serve with an unknown setting", ["serve", "--config", file("d.json", '{"settings":{"x":1}}')]],
])("%s creates no store", async (_, args) => {
  expect((await runCommand([...args, ...ABSENT])).status).toBe(2);
  expect(readdirSync(folder).filter((name) => name.startsWith("absent"))).toEqual([]);
});

describe("replay", () => {
  const hold = fileURLToPath(new URL("../../scenarios/online-holds.json", import.meta.url));

  it("prints each scenario and how many hold", async () => {
    const { status, stdout } = await runCommand(["replay", hold]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^holds {2}H01 /m);
    expect(stdout).toMatch(/10 of 10 hold/);
  });

  it("prints results and transitions as JSON", async () => {
    const { status, stdout } = await runCommand(["replay", hold, "--json"]);
    expect(status).toBe(0);
    const [, second] = JSON.parse(stdout);
    expect(second).toEqual({
      id: "H02",
      results: [
        {
          at: 699,
          state: "active",
          reason: null,
          presence: "online",
          queue: "queued",
          capacityHeld: false,
        },
        {
          at: 729,
          state: "active",
          reason: null,
          presence: "online",
          queue: "queued",
          capacityHeld: false,
        },
        {
          at: 730,
          state: "inactive",
          reason: "user_offline",
          presence: "offline",
          queue: "none",
          capacityHeld: false,
        },
      ],
      transitions: [
        { at: 0, state: "active", reason: null },
        { at: 730, state: "inactive", reason: "user_offline" },
      ],
    });
  });
});
