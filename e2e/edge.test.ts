/**
 * The collector at the edge, in a real workerd: the same verdicts, at the cost that is promised.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { EdgeSite } from "./support/edge-site.ts";
import { TestReceiver } from "./support/receiver.ts";
import { pause, until } from "./support/wait.ts";

const BEAT_S = 1;
const LEASE_S = 3;
const BUFFER_S = 2;
const SETTINGS = {
  presence: {
    mode: "on",
    bufferSeconds: BUFFER_S,
    closeBufferSeconds: BUFFER_S,
    navigationBufferSeconds: BUFFER_S,
    beatSeconds: { waiting: BEAT_S, assigned: BEAT_S, hidden: BEAT_S, idle: BEAT_S },
    leaseSeconds: { visible: LEASE_S, hidden: LEASE_S, frozen: LEASE_S },
  },
};

/** Long enough that nobody leaves while a test runs. */
const WIDE = {
  presence: {
    mode: "on",
    beatSeconds: { waiting: 20, assigned: 20, hidden: 20, idle: 20 },
    leaseSeconds: { visible: 300, hidden: 300, frozen: 300 },
  },
};

/** A beat that comes long after the page was opened. */
const LATER = { gen: 0, seq: 1_000, type: "beat", visible: true, armed: false };

interface Figures {
  readonly rowsWritten: number;
  readonly alarmsSet: number;
  readonly alarmsFired: number;
}

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function start(options?: { shards?: number; folder?: string }, settings: object = SETTINGS) {
  const site = await EdgeSite.start(settings, options);
  endings.push(() => site.stop());
  return site;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "stillhere-edge-"));
  endings.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const figures = (site: EdgeSite, index = 0) => site.ask<Figures>("GET", `/test/${index}/figures`);

async function offlineWithin(site: EdgeSite, id: string, ms: number): Promise<void> {
  await until(
    `${id} to be offline`,
    async () => (await site.session(id)).presence === "offline",
    ms,
  );
}

describe("at the edge", () => {
  it("a visitor who leaves is offline when the buffer ends, and everybody is told", async () => {
    const site = await start({ shards: 4 });
    const receiver = await TestReceiver.start();
    endings.push(() => receiver.die());
    const { secret } = await site.ask<{ secret: string }>("POST", "/v1/webhooks", {
      url: receiver.url,
      events: "all",
    });
    receiver.trust(secret);
    await site.ask("PUT", "/v1/sessions/conv_1", { ticket: { id: "1", status: "new" } });
    const page = site.page("conv_1");
    await page.open();
    await page.beat();
    expect(await site.session("conv_1")).toMatchObject({ presence: "online", state: "active" });
    await page.leave();
    await offlineWithin(site, "conv_1", 6_000);
    const { transitions } = await site.ask<{ transitions: { id: string }[] }>(
      "GET",
      "/v1/transitions",
    );
    const ids = transitions.map(({ id }) => id);
    expect(ids.length).toBeGreaterThanOrEqual(3);
    await until("the webhook to have all", async () => {
      const taken = new Set(receiver.taken.map(({ id }) => id));
      return ids.every((id) => taken.has(id));
    });
    expect(receiver.forged).toBe(0);
  });

  it("lists and the queue are one over all shards", async () => {
    const site = await start({ shards: 4 });
    const ids = Array.from({ length: 12 }, (_, index) => `conv_${String(index).padStart(2, "0")}`);
    for (const id of ids) {
      await site.ask("PUT", `/v1/sessions/${id}`, { ticket: { id, status: "new" } });
    }
    const list = await site.ask<{ sessions: { id: string }[]; cursor: string }>(
      "GET",
      "/v1/sessions?limit=7",
    );
    const rest = await site.ask<{ sessions: { id: string }[] }>(
      "GET",
      `/v1/sessions?cursor=${list.cursor}`,
    );
    expect([...list.sessions, ...rest.sessions].map(({ id }) => id)).toEqual(ids);
    const { queued } = await site.ask<{ queued: { session: string }[] }>("GET", "/v1/queue");
    expect(queued.map(({ session }) => session)).toEqual(ids);
  });

  it("the stream tells of every shard, and goes on where a reader left it", async () => {
    const site = await start({ shards: 4 });
    const first = await site.stream();
    for (const id of ["conv_1", "conv_2", "conv_3"]) await site.page(id).open();
    const told = await first.take(3);
    first.close();
    for (const id of ["conv_4", "conv_5"]) await site.page(id).open();
    const second = await site.stream(told.at(0)?.id);
    const rest = await second.take(4);
    second.close();
    expect(rest.slice(0, 2)).toEqual(told.slice(1));
    expect(rest.slice(2).map(({ session }) => session)).toEqual(["conv_4", "conv_5"]);
  });

  it("a beat costs no alarm, and a session is written with every third at most", async () => {
    const site = await start({}, WIDE);
    await site.ask("PUT", "/v1/sessions/conv_1", { ticket: { id: "1", status: "new" } });
    const page = site.page("conv_1");
    await page.open();
    await page.beat();
    const before = await figures(site);
    const beats = 30;
    for (let count = 0; count < beats; count += 1) await page.beat();
    const after = await figures(site);
    expect(after.alarmsSet).toBe(before.alarmsSet);
    expect(after.rowsWritten - before.rowsWritten).toBeLessThanOrEqual(beats / 3);
    // What was not written is known all the same.
    expect((await site.session("conv_1")).presence).toBe("online");
  });

  it("a shard that is let go keeps its deadlines, and wrongs nobody whose beats it held", async () => {
    const site = await start();
    const [staying, leaving] = [site.page("stays"), site.page("leaves")];
    const beating = { isOver: false };
    await Promise.all([staying.open(), leaving.open()]);
    const beats = (async () => {
      for (; !beating.isOver; await pause(BEAT_S * 1_000)) await staying.beat();
    })();
    await pause(500);
    // From here on nobody but the alarm wakes the shard for the one who is gone.
    await site.ask("POST", "/test/0/crash");
    await offlineWithin(site, "leaves", 10_000);
    for (let turn = 0; turn < 3; turn += 1) {
      await pause(1_100);
      await site.ask("POST", "/test/0/crash");
    }
    beating.isOver = true;
    await beats;
    const { transitions } = await site.ask<{ transitions: { to: { presence: string } }[] }>(
      "GET",
      "/v1/sessions/stays/transitions",
    );
    expect(transitions.filter(({ to }) => to.presence === "offline")).toEqual([]);
    await offlineWithin(site, "stays", 10_000);
  });

  it("an alarm that does not fire is noticed by whoever comes by", async () => {
    const site = await start();
    await site.ask("POST", "/test/0/lose-alarm");
    await site.page("conv_1").open();
    await pause((LEASE_S + BUFFER_S) * 1_000 + 1_500);
    expect((await site.session("conv_1")).presence).toBe("online");
    await site.ask("POST", "/test/0/look");
    await offlineWithin(site, "conv_1", 8_000);
  });

  it("the number of shards grows, and every session is still there", async () => {
    const files = folder();
    const small = await EdgeSite.start(WIDE, { shards: 2, folder: files });
    const ids = Array.from({ length: 10 }, (_, index) => `conv_${index}`);
    for (const id of ids) await small.page(id).open();
    await small.stop();
    const site = await start({ shards: 8, folder: files }, WIDE);
    await until("more shards to be told", async () => {
      await site.page("conv_new").open();
      return (await site.ask<{ layouts: number[] }>("GET", "/test/0/layouts")).layouts.length === 2;
    });
    const seqs = new Map<string, number>();
    for (const id of ids) {
      expect((await site.session(id)).presence).toBe("online");
      seqs.set(id, (await site.session(id)).seq);
      await site.signal({ ...LATER, session: id, page: `page_of_${id}` });
    }
    for (const id of ids) await site.page(`new_${id}`).open();
    const { sessions } = await site.ask<{ sessions: { id: string; seq: number }[] }>(
      "GET",
      "/v1/sessions?limit=100",
    );
    expect(sessions.map(({ id }) => id)).toEqual(
      [...ids, ...ids.map((id) => `new_${id}`), "conv_new"].sort(),
    );
    for (const { id, seq } of sessions) if (seqs.has(id)) expect(seq).toBe(seqs.get(id));
  });
});
