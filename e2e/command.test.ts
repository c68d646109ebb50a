/**
 * The command line: an error is one line that says what to do, without a stack, and exits 2.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const COMMAND = fileURLToPath(new URL("../packages/collector/dist/cli/main.js", import.meta.url));
const SCENARIOS = new URL("../packages/collector/scenarios/", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "stillhere-command-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(args: readonly string[], env: Record<string, string> = {}) {
  return spawnSync(process.execPath, [COMMAND, ...args], {
    cwd: folder,
    encoding: "utf8",
    timeout: 20_000,
    env: { ...process.env, ...env },
  });
}

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

describe("the command reports in one line, and exits 2, on", () => {
  it.each<[string, string[], RegExp, Record<string, string>?]>([
    ["an unknown option", ["serve", "--foo"], /unknown option '--foo'/],
    ["an unknown command", ["wave"], /unknown command 'wave'/],
    ["an invalid port", ["serve", "--port", "x"], /whole number from 0 to 65535/],
    [
      "an invalid port in the environment",
      ["serve"],
      /whole number from 0/,
      { STILLHERE_PORT: "-1" },
    ],
    ["an unknown kind of store", ["serve", "--store", "floppy:a"], /is no store: use sqlite:PATH/],
    [
      "a database file that cannot be opened",
      ["serve", "--store", "sqlite:/no/such/x.db"],
      /writable folder/,
    ],
    [
      "a Redis server that cannot be reached",
      ["serve", "--store", "redis://127.0.0.1:1"],
      /Redis at 127\.0\.0\.1:1 cannot be reached/,
    ],
    [
      "a config that is not JSON",
      ["serve", "--port", "0", "--store", "memory:", "--config", file("a.json", "{")],
      /a\.json cannot be read/,
    ],
    [
      "a config with an unknown setting",
      [
        "serve",
        "--port",
        "0",
        "--store",
        "memory:",
        "--config",
        file("b.json", '{"settings":{"x":1}}'),
      ],
      /b\.json: x is no setting/,
    ],
    ["a missing scenario file", ["replay", "none.json"], /none\.json cannot be read/],
    ["an invalid scenario", ["replay", file("c.json", '{"id":"X"}')], /scenario X: name/],
    ["an account that does not exist", ["token", "--session", "s"], /stillhere serve/],
    ["a token without a session", ["token"], /--session <id>' not specified/],
  ])("%s", (_name, args, line, env) => {
    const { status, stdout, stderr } = run(args, env);
    expect(status).toBe(2);
    expect(stderr).toMatch(line);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stdout).not.toContain("sk_");
  });
});

describe("replay", () => {
  const hold = fileURLToPath(new URL("online-holds.json", SCENARIOS));

  it("prints each scenario and how many hold", () => {
    const { status, stdout } = run(["replay", hold]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^holds {2}H01 /m);
    expect(stdout).toMatch(/10 of 10 hold/);
  });

  it("prints results and transitions as JSON", () => {
    const { status, stdout } = run(["replay", hold, "--json"]);
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

  it("exits 1 on a difference, and prints it", () => {
    const scenario = {
      id: "X",
      name: "expects a wrong state",
      session: { channel: "web_widget" },
      events: [{ at: 0, type: "end_user_message" }],
      expect: [{ at: 0, state: "ended" }],
    };
    const { status, stdout } = run(["replay", file("x.json", JSON.stringify([scenario]))]);
    expect(status).toBe(1);
    expect(stdout).toContain('at 0: state expected "ended", got "active"');
  });
});
