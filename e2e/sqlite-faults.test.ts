/**
 * A SQLite file that cannot be written for a while, or is no longer there. The cases run
 * concurrently, because they spend most of the time waiting.
 */
import { spawnSync } from "node:child_process";
import { existsSync, renameSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";
import { TestCollector } from "./support/collector.ts";
import { SmallDisk } from "./support/small-disk.ts";
import { playFault, SURVIVED } from "./support/store-fault.ts";
import { pause, until } from "./support/wait.ts";

const COMMAND = fileURLToPath(new URL("../packages/collector/dist/cli/main.js", import.meta.url));

const storeLines = (output: string) =>
  output.split("\n").filter((line) => line.includes('"store":'));

describe.concurrent("a SQLite file", () => {
  it("that is moved away is waited for: one line in the log, no new file, nobody is judged", async ({
    expect,
    onTestFinished,
  }) => {
    const collector = await TestCollector.start();
    onTestFinished(() => collector.stop());
    const file = join(collector.folder, "test.db");
    const away = join(collector.folder, "away.db");
    let isCreated = false;
    const fault = {
      begin: () => renameSync(file, away),
      end() {
        isCreated = existsSync(file);
        renameSync(away, file);
      },
    };
    const report = await playFault(collector, fault, async () => {
      expect((await collector.api("GET", "/v1/sessions")).status).toBe(503);
      expect((await collector.api("GET", "/v1/webhooks")).status).toBe(503);
      expect((await fetch(`${collector.url}/healthz`)).status).toBe(200);
    });
    expect(report).toMatchObject(SURVIVED);
    expect(isCreated).toBe(false);
    const lines = storeLines(collector.output);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("test.db was deleted or moved away");
    expect(lines[0]).toContain("Move the same file back");
    expect(collector.output).toContain("The store can be written again.");
  }, 120_000);

  it("that is gone at a restart is not created again, and no account either", async ({
    expect,
    onTestFinished,
  }) => {
    const collector = await TestCollector.start();
    onTestFinished(() => collector.stop());
    const file = join(collector.folder, "test.db");
    renameSync(file, join(collector.folder, "away.db"));
    await until("the collector not to be ready", async () => {
      return (await fetch(`${collector.url}/readyz`)).status === 503;
    });
    await collector.shutDown();
    const args = [COMMAND, "serve", "--port", "0", "--store", `sqlite:${file}`];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect([status, stderr.trim().split("\n").length]).toEqual([2, 1]);
    expect(stderr).toMatch(/test\.db is gone.* move it back, or restore a backup/);
    expect(existsSync(file)).toBe(false);
    renameSync(join(collector.folder, "away.db"), file);
    await collector.restart();
    expect((await collector.api("GET", "/v1/sessions")).status).toBe(200);
  });

  it("on a full disk: signals are refused, and accepted again once there is space", async ({
    expect,
    onTestFinished,
    skip,
  }) => {
    const disk = SmallDisk.mount(8);
    if (typeof disk === "string") return skip(disk);
    onTestFinished(() => disk.unmount());
    const collector = await TestCollector.start("--store", `sqlite:${disk.folder}/test.db`);
    onTestFinished(() => collector.stop());
    const fault = { begin: () => disk.fill(), end: () => disk.free() };
    expect(await playFault(collector, fault)).toMatchObject(SURVIVED);
    expect(collector.output).toContain("Free space on the disk.");
  }, 120_000);

  it("that another process keeps locked: signals are refused, and the process still responds", async ({
    expect,
    onTestFinished,
  }) => {
    const collector = await TestCollector.start();
    onTestFinished(() => collector.stop());
    // The collector writes all the time.
    const other = new DatabaseSync(join(collector.folder, "test.db"), { timeout: 30_000 });
    onTestFinished(() => other.close());
    const fault = {
      begin: () => other.exec("BEGIN IMMEDIATE"),
      end: () => other.exec("ROLLBACK"),
    };
    const report = await playFault(collector, fault, async () => {
      const delays: number[] = [];
      for (let request = 0; request < 20; request += 1) {
        const startedAt = performance.now();
        await fetch(`${collector.url}/healthz`);
        delays.push(performance.now() - startedAt);
        await pause(50);
      }
      // Each wait for the lock would otherwise take two seconds, one after the other: also a busy machine answers
      // some of the requests sooner.
      expect(delays.toSorted((a, b) => a - b)[5]).toBeLessThan(1_000);
    });
    expect(report).toMatchObject(SURVIVED);
    expect(collector.output).toContain("Another process keeps it locked");
  }, 120_000);

  it("keeps being written where the process may open no more files", async ({
    expect,
    onTestFinished,
    skip,
  }) => {
    const collector = await TestCollector.start();
    onTestFinished(() => collector.stop());
    await collector.request("PATCH", "/v1/settings", {
      termsAccepted: true,
      presence: { mode: "on" },
      binding: "open",
    });
    const pid = String(collector.pid);
    // The one connection that is there before, and that the limit leaves.
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const beat = (seq: number) =>
      send(`${collector.url}/v1/signals`, agent, {
        v: 1,
        key: collector.keys.publishable,
        session: "conv_1",
        page: "p",
        gen: 0,
        seq,
        type: seq === 1 ? "open" : "beat",
        visible: true,
      });
    expect(await beat(1)).toBe(200);
    // Every number that is left is taken.
    const limit = spawnSync("prlimit", ["--pid", pid, "--nofile=3:1024"]);
    if (limit.status !== 0) return skip(`prlimit: ${limit.error?.message ?? limit.stderr}`);
    const openAnother = () => send(`${collector.url}/readyz`, new Agent()).catch(() => 0);
    let answered: number | null = null;
    const waiting = openAnother().then((status) => {
      answered = status;
    });
    for (let seq = 2; seq <= 10; seq += 1) {
      expect(await beat(seq)).toBe(200);
      await pause(300);
    }
    expect(answered).not.toBe(200);
    spawnSync("prlimit", ["--pid", pid, "--nofile=1024"]);
    await until("a new connection", async () => (await openAnother()) === 200);
    await waiting;
    expect(await beat(11)).toBe(200);
    expect(await collector.request("GET", "/v1/sessions/conv_1")).toMatchObject({
      pages: [{ page: "p" }],
    });
  });
});

/** Sends a GET, or a body by POST. */
function send(url: string, agent: Agent, body?: object): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: body ? "POST" : "GET", agent }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
    });
    outgoing.once("error", reject);
    outgoing.end(body && JSON.stringify(body));
  });
}
