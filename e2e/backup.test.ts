/**
 * Backups of a running collector, and restores of them: by the command, with real processes.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { runBackups } from "./support/backup-run.ts";
import { TestCollector } from "./support/collector.ts";
import { TestReceiver } from "./support/receiver.ts";
import { pause, until } from "./support/wait.ts";

const COMMAND = fileURLToPath(new URL("../packages/collector/dist/cli/main.js", import.meta.url));

const opened: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.stop();
});

async function startCollector(...options: string[]): Promise<TestCollector> {
  const collector = await TestCollector.start(...options);
  opened.push(collector);
  return collector;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "stillhere-backup-"));
  opened.push({ stop: async () => rmSync(folder, { recursive: true, force: true }) });
  return folder;
}

const run = (...args: string[]) =>
  spawnSync(process.execPath, [COMMAND, ...args], { encoding: "utf8" });

/** Creates sessions, each with one transition. */
async function create(collector: TestCollector, ...ids: string[]): Promise<void> {
  for (const id of ids) {
    await collector.request("PUT", `/v1/sessions/${id}`, { ticket: { id } });
  }
}

const sessionsOf = (log: readonly { session: string }[]) => log.map(({ session }) => session);

describe("backups under load", () => {
  it("have all that was answered before, and no half session", async () => {
    const report = await runBackups(3);
    expect(report).toMatchObject({ backups: 3, missing: [], torn: [], sameIncarnation: [] });
    expect(report.answered).toBeGreaterThan(50);
  });
});

describe("a backup", () => {
  it("that is killed leaves nothing or a whole file", async () => {
    const collector = await startCollector();
    await create(collector, "conv_1");
    const store = join(collector.folder, "test.db");
    const padded = new DatabaseSync(store);
    padded.exec(`CREATE TABLE padding (body BLOB);
      WITH RECURSIVE numbers(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers LIMIT 600)
      INSERT INTO padding SELECT randomblob(100000) FROM numbers`);
    padded.close();
    const folder = temporaryFolder();
    const file = join(folder, "copy.db");
    const partialSize = () => {
      const name = readdirSync(folder).find((each) => each.endsWith(".partial")) ?? "none";
      return statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? -1;
    };
    const expectWhole = () => {
      const copy = new DatabaseSync(file, { readOnly: true });
      expect(copy.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
      expect(copy.prepare("SELECT count(*) AS count FROM padding").get()).toEqual({ count: 600 });
      copy.close();
    };

    // As soon as it writes, in the middle, and while it checks what it has written.
    for (const minSize of [0, 20_000_000, 60_000_000]) {
      // Again where it was complete before it was killed.
      await until(`a backup to be killed at ${minSize} bytes`, async () => {
        for (const name of readdirSync(folder)) rmSync(join(folder, name));
        const child = spawn(process.execPath, [
          COMMAND,
          "backup",
          file,
          "--store",
          `sqlite:${store}`,
        ]);
        const exited = once(child, "exit");
        while (child.exitCode === null && partialSize() < minSize) await pause(1);
        child.kill("SIGKILL");
        await exited;
        if (!existsSync(file)) return true;
        expectWhole();
        return false;
      });
      expect(partialSize()).toBeGreaterThanOrEqual(minSize);
    }
    await collector.backUp(file);
    expectWhole();
    expect(readdirSync(folder)).toEqual(["copy.db"]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

describe("a restore", () => {
  it("is refused while a collector runs, and works right after it was killed", async () => {
    const collector = await startCollector();
    await create(collector, "conv_1");
    const file = join(collector.folder, "copy.db");
    await collector.backUp(file);
    const store = `sqlite:${collector.folder}/test.db`;
    for (const suffix of ["", "-wal", "-shm"]) {
      rmSync(join(collector.folder, `test.db${suffix}`), { force: true });
    }
    const refused = run("restore", file, "--store", store);
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining("stop it first")]);
    await collector.kill();
    const restored = run("restore", file, "--store", store);
    expect(restored).toMatchObject({ status: 0, stderr: "" });
    expect(restored.stdout).toMatch(/1 sessions, as of 20.*\n.*erased.*revoked.*may be back/s);
    const again = run("restore", file, "--store", store);
    expect([again.status, again.stderr]).toEqual([2, expect.stringContaining("something in it")]);
    await collector.restart();
    expect(await collector.history("conv_1")).toHaveLength(1);
  });

  it("resets a stream that resumes, which then has everything; lists answer 410", async () => {
    const collector = await startCollector();
    await create(collector, "conv_1", "conv_2");
    const [first] = await collector.log();
    const file = join(collector.folder, "copy.db");
    await collector.backUp(file);
    await create(collector, "conv_3");
    const before = await collector.log();
    const lastId = before.at(-1)?.id ?? "";
    const { cursor } = await collector.request<{ cursor: string }>(
      "GET",
      "/v1/transitions?limit=1",
    );
    await collector.kill();
    await collector.restoreInPlace(file);
    await collector.restart();
    await create(collector, "conv_4");

    const events = await readStream(collector, lastId, 4);
    expect(events.map(({ event }) => event)).toEqual(["reset", ...Array(3).fill("transition")]);
    expect(JSON.parse(events[0]?.data ?? "")).toEqual({ cursor: events[0]?.id });
    const log = await collector.log(events[0]?.id);
    expect(sessionsOf(log)).toEqual(["conv_1", "conv_2", "conv_4"]);
    expect(events.slice(1).map(({ id }) => id)).toEqual(log.map(({ id }) => id));
    expect(before.map(({ id }) => id)).not.toContain(log[0]?.id);
    // What the stream sent resumes without another reset.
    expect(await readStream(collector, log[1]?.id ?? "", 1)).toMatchObject([{ id: log[2]?.id }]);
    expect(await readStream(collector, events[0]?.id ?? "", 1)).toMatchObject([{ id: log[0]?.id }]);

    for (const after of [lastId, first?.id ?? "", cursor]) {
      const response = await collector.api(
        "GET",
        `/v1/transitions?after=${encodeURIComponent(after)}`,
      );
      expect([response.status, await response.json()]).toMatchObject([
        410,
        { code: "store_restored" },
      ]);
    }
  });

  it("sends webhooks on from the backup, with ids that were not used before", async () => {
    const receiver = await TestReceiver.start();
    opened.push({ stop: () => receiver.close() });
    const collector = await startCollector("--allow-private-webhooks");
    const { id, secret } = await collector.request<{ id: string; secret: string }>(
      "POST",
      "/v1/webhooks",
      { url: receiver.url },
    );
    receiver.setSecrets(secret);
    // A message may come more than once, in any order with those of other sessions.
    const received = () => [...new Set(receiver.accepted.map((message) => message.id))];
    const arrived = (count: number) =>
      until(`${count} messages`, async () => received().length >= count);
    await create(collector, "conv_1", "conv_2");
    await arrived(2);
    const file = join(collector.folder, "copy.db");
    // Only then is it known that they need not be sent again.
    await until("the deliveries", async () => {
      const path = `/v1/webhooks/${id}/deliveries?status=delivered`;
      const { deliveries } = await collector.request<{ deliveries: object[] }>("GET", path);
      return deliveries.length === 2;
    });
    await collector.backUp(file);
    await create(collector, "conv_3");
    await arrived(3);
    await collector.kill();
    await collector.restoreInPlace(file);
    await collector.restart();
    await create(collector, "conv_3", "conv_4");
    await arrived(5);
    const ids = received();
    const log = await collector.log();
    expect(ids.slice(3).sort()).toEqual(
      log
        .slice(-2)
        .map((each) => each.id)
        .sort(),
    );
    expect(sessionsOf(log)).toEqual(["conv_1", "conv_2", "conv_3", "conv_4"]);
    const replay = `/v1/webhooks/${id}/replay`;
    const old = await collector.api("POST", replay, { after: ids[0] });
    expect([old.status, await old.json()]).toMatchObject([410, { code: "store_restored" }]);
  });
});

interface StreamEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** Reads a number of events after an id, then disconnects. */
async function readStream(
  collector: TestCollector,
  lastId: string,
  count: number,
): Promise<StreamEvent[]> {
  const response = await fetch(`${collector.url}/v1/stream`, {
    signal: AbortSignal.timeout(60_000),
    headers: { Authorization: `Bearer ${collector.keys.secret}`, "Last-Event-ID": lastId },
  });
  expect(response.status).toBe(200);
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk);
    const events = text
      .split("\n\n")
      .slice(0, -1)
      .filter((block) => !block.startsWith(":"));
    if (events.length < count) continue;
    return events.slice(0, count).map((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? "";
      return { id: field("id"), event: field("event"), data: field("data") };
    });
  }
  throw new Error(`The stream ended: ${text}`);
}
