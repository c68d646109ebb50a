/**
 * The edge deployment in a real workerd: the same verdicts as elsewhere, at the promised cost. Most
 * tests run concurrently, because they mostly wait.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EdgeSite, KEYS } from "./support/edge-site.ts";
import { TestReceiver } from "./support/receiver.ts";
import { signToken } from "./support/token.ts";
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

/** Leases that outlast a test, so that no visitor goes offline. */
const LONG_LEASES = {
  presence: {
    mode: "on",
    beatSeconds: { waiting: 20, assigned: 20, hidden: 20, idle: 20 },
    leaseSeconds: { visible: 300, hidden: 300, frozen: 300 },
  },
};

/** A beat long after the page was opened. */
const LATER = { gen: 0, seq: 1_000, type: "beat", visible: true, armed: false };

interface Figures {
  readonly rowsWritten: number;
  readonly alarmsSet: number;
  readonly alarmsFired: number;
}

/** Runs when the test is over, the last one first. */
type CleanUp = () => unknown;

interface Resources {
  readonly cleanUp: (what: CleanUp) => void;
  /** Starts a deployment. */
  readonly start: (
    options?: { shards?: number; folder?: string },
    settings?: object,
  ) => Promise<EdgeSite>;
  /** An empty folder. */
  readonly folder: string;
}

const it = test.extend<Resources>({
  cleanUp: async ({ task: _ }, use) => {
    const cleanUps: CleanUp[] = [];
    await use((what) => void cleanUps.push(what));
    for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  },
  start: async ({ cleanUp }, use) => {
    await use(async (options, settings = SETTINGS) => {
      const site = await EdgeSite.start(settings, options);
      cleanUp(() => site.stop());
      return site;
    });
  },
  folder: async ({ cleanUp }, use) => {
    const path = mkdtempSync(join(tmpdir(), "stillhere-edge-"));
    cleanUp(() => rmSync(path, { recursive: true, force: true }));
    await use(path);
  },
});

const figures = (site: EdgeSite, index = 0) =>
  site.request<Figures>("GET", `/test/${index}/figures`);

async function metric({ edge }: EdgeSite, name: string): Promise<number> {
  const url = "http://edge.test/metrics";
  expect((await edge.dispatchFetch(url)).status).toBe(401);
  const headers = { Authorization: `Bearer ${KEYS.metrics}` };
  const text = await (await edge.dispatchFetch(url, { headers })).text();
  const line = text.split("\n").find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1) ?? Number.NaN);
}

const unheardSeconds = (site: EdgeSite) => metric(site, "stillhere_unheard_seconds");

async function waitForOffline(site: EdgeSite, id: string, timeoutMs: number): Promise<void> {
  await until(
    `${id} to be offline`,
    async () => (await site.session(id)).presence === "offline",
    timeoutMs,
  );
}

describe.concurrent("the edge deployment", () => {
  it("marks a leaving visitor offline when the buffer ends, and delivers all webhooks", async ({
    cleanUp,
    start,
  }) => {
    const site = await start({ shards: 4 });
    const receiver = await TestReceiver.start();
    cleanUp(() => receiver.close());
    const { secret } = await site.request<{ secret: string }>("POST", "/v1/webhooks", {
      url: receiver.url,
      events: "all",
    });
    receiver.setSecrets(secret);
    await site.request("PUT", "/v1/sessions/conv_1", { ticket: { id: "1", status: "new" } });
    const page = site.page("conv_1");
    await page.open();
    await page.beat();
    expect(await site.session("conv_1")).toMatchObject({ presence: "online", state: "active" });
    await page.leave();
    await waitForOffline(site, "conv_1", 6_000);
    const { transitions } = await site.request<{ transitions: { id: string }[] }>(
      "GET",
      "/v1/transitions",
    );
    const ids = transitions.map(({ id }) => id);
    expect(ids.length).toBeGreaterThanOrEqual(3);
    await until("all webhooks", async () => {
      const accepted = new Set(receiver.accepted.map(({ id }) => id));
      return ids.every((id) => accepted.has(id));
    });
    expect(receiver.invalidSignatures).toBe(0);
  });

  it("hears a desk, tests it, and tells it who has left", async ({ cleanUp, start }) => {
    const site = await start();
    const attributes: Record<string, unknown>[] = [];
    const chatwoot = createServer(async (request, response) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      const answer = (body: unknown) => response.end(JSON.stringify(body));
      if (request.headers["api_access_token"] !== "token-of-it") response.writeHead(401).end();
      else if (request.url?.includes("definitions")) answer([{ attribute_key: "presence" }]);
      else if (request.method === "GET")
        answer({ labels: [], custom_attributes: { plan: "gold" } });
      else {
        attributes.push(JSON.parse(text).custom_attributes);
        answer({});
      }
    });
    cleanUp(() => chatwoot.close());
    chatwoot.listen(0, "127.0.0.1");
    await once(chatwoot, "listening");
    const baseUrl = `http://127.0.0.1:${(chatwoot.address() as AddressInfo).port}`;
    await site.request("PUT", "/v1/desks/main", {
      kind: "chatwoot",
      inbound: { secrets: ["a-secret-of-it"] },
      outbound: { baseUrl, accountId: "1", apiAccessToken: "token-of-it" },
    });
    expect(await site.request("POST", "/v1/desks/main/test")).toMatchObject({ delivered: true });
    await site.request("POST", "/v1/desks/main/inbound/a-secret-of-it", {
      event: "message_created",
      id: 1,
      message_type: "incoming",
      conversation: { id: 7, status: "open", channel: "Channel::WebWidget" },
    });
    const page = site.page("main-7");
    await page.open();
    const last = () => attributes.at(-1)?.["presence"];
    await until("the desk to know that the visitor is there", async () => last() === "online");
    await page.leave();
    await until("the desk to know that the visitor left", async () => last() === "offline", 10_000);
    expect(attributes.at(-1)).toMatchObject({ plan: "gold", presence_reason: "user_offline" });
    await until("the time of the write", async () => {
      const desk = await site.request<{ lastWrittenAt: unknown }>("GET", "/v1/desks/main");
      return desk.lastWrittenAt !== null;
    });
    for (const [name, least] of [
      ["heard_timestamp_seconds", 1],
      ["written_timestamp_seconds", 1],
      ["refused_total", 0],
      ["pending", 0],
      ["parked", 0],
    ] as const) {
      const labelled = `stillhere_desk_${name}{desk="main"}`;
      await until(labelled, async () => (await metric(site, labelled)) >= least, 10_000);
    }
  });

  it("calls nobody gone while a shard hears no page, and everybody who left afterwards", async ({
    start,
  }) => {
    const beatSeconds = { waiting: 4, assigned: 4, hidden: 4, idle: 4 };
    const site = await start({}, { presence: { mode: "on", bufferSeconds: 1, beatSeconds } });
    const ids = Array.from({ length: 12 }, (_, index) => `conv_${index}`);
    const pages = ids.map((id) => site.page(id));
    await Promise.all(pages.map((page) => page.open()));
    // A lease of 6 s and the buffer are over by then.
    await pause(9_000);
    const presences = async () => {
      const sessions = await Promise.all(ids.map((id) => site.session(id)));
      return sessions.map(({ presence }) => presence);
    };
    expect(await presences()).toEqual(ids.map(() => "online"));
    const unheardSince = async () => {
      const queue = await site.request<{ unheardSince: string | null }>("GET", "/v1/queue");
      return queue.unheardSince && Date.parse(queue.unheardSince);
    };
    await until("the account to be reported unheard", async () => (await unheardSince()) !== null);
    expect(await unheardSince()).toBeLessThan(Date.now());
    expect(await unheardSeconds(site)).toBeGreaterThan(0);
    await pages[0]?.beat();
    await until("the account to be heard again", async () => (await unheardSince()) === null);
    expect(await unheardSeconds(site)).toBe(0);
    await until("all to be offline", async () => (await presences()).every((p) => p === "offline"));
  });

  it("merges lists and the queue across all shards", async ({ start }) => {
    const site = await start({ shards: 4 });
    const ids = Array.from({ length: 12 }, (_, index) => `conv_${String(index).padStart(2, "0")}`);
    for (const id of ids) {
      await site.request("PUT", `/v1/sessions/${id}`, { ticket: { id, status: "new" } });
    }
    const list = await site.request<{ sessions: { id: string }[]; cursor: string }>(
      "GET",
      "/v1/sessions?limit=7",
    );
    const rest = await site.request<{ sessions: { id: string }[] }>(
      "GET",
      `/v1/sessions?cursor=${list.cursor}`,
    );
    expect([...list.sessions, ...rest.sessions].map(({ id }) => id)).toEqual(ids);
    const { queued } = await site.request<{ queued: { session: string }[] }>("GET", "/v1/queue");
    expect(queued.map(({ session }) => session)).toEqual(ids);
  });

  it("streams the transitions of every shard, and resumes after the last received id", async ({
    start,
  }) => {
    const site = await start({ shards: 4 });
    const first = await site.stream();
    for (const id of ["conv_1", "conv_2", "conv_3"]) await site.page(id).open();
    const received = await first.read(3);
    first.close();
    for (const id of ["conv_4", "conv_5"]) await site.page(id).open();
    const second = await site.stream(received.at(0)?.id);
    const rest = await second.read(4);
    second.close();
    expect(rest.slice(0, 2)).toEqual(received.slice(1));
    expect(rest.slice(2).map(({ session }) => session)).toEqual(["conv_4", "conv_5"]);
  });

  it("ends a stream whose key is revoked", async ({ start }) => {
    const site = await start({});
    const stream = await site.stream();
    await site.page("conv_1").open();
    expect(await stream.read(1)).toHaveLength(1);
    await site.edge.dispatchFetch("http://edge.test/test/0/revoke-keys");
    await stream.ended();
    await expect(site.stream()).rejects.toThrow("401");
  });

  it("goes on by few alarms where a session makes it fail, and decides about the others", async ({
    start,
  }) => {
    const site = await start();
    const [broken, other] = [site.page("broken"), site.page("other")];
    await broken.open();
    await other.open();
    await site.request("POST", "/test/0/break-session/broken");
    await other.leave();
    await waitForOffline(site, "other", 30_000);
    await pause(2_000);
    // Without a pause of two seconds between them there are very many.
    expect((await figures(site)).alarmsFired).toBeLessThan(20);
  });

  it("runs overdue deadlines from the watchdog if an alarm does not fire", async ({ start }) => {
    const site = await start();
    await site.request("POST", "/test/0/disable-alarms");
    await site.page("conv_1").open();
    await pause((LEASE_S + BUFFER_S) * 1_000 + 1_500);
    expect((await site.session("conv_1")).presence).toBe("online");
    const run = () => site.request("POST", "/test/0/watchdog");
    // A busy machine may count as an outage at first, which puts the verdict off.
    await until(
      "conv_1 to be offline",
      async () => (await run()) && (await site.session("conv_1")).presence === "offline",
      30_000,
    );
  });

  it("finds every session after the number of shards has grown", async ({ folder, start }) => {
    const small = await EdgeSite.start(LONG_LEASES, { shards: 2, folder });
    const ids = Array.from({ length: 10 }, (_, index) => `conv_${index}`);
    for (const id of ids) await small.page(id).open();
    await small.stop();
    const site = await start({ shards: 8, folder }, LONG_LEASES);
    await until("the new number of shards", async () => {
      await site.page("conv_new").open();
      return (
        (await site.request<{ layouts: number[] }>("GET", "/test/0/layouts")).layouts.length === 2
      );
    });
    const seqs = new Map<string, number>();
    for (const id of ids) {
      expect((await site.session(id)).presence).toBe("online");
      seqs.set(id, (await site.session(id)).seq);
      await site.signal({ ...LATER, session: id, page: `page_of_${id}` });
    }
    for (const id of ids) await site.page(`new_${id}`).open();
    const { sessions } = await site.request<{ sessions: { id: string; seq: number }[] }>(
      "GET",
      "/v1/sessions?limit=100",
    );
    expect(sessions.map(({ id }) => id)).toEqual(
      [...ids, ...ids.map((id) => `new_${id}`), "conv_new"].sort(),
    );
    const earlier = sessions.filter(({ id }) => seqs.has(id));
    expect(new Map(earlier.map(({ id, seq }) => [id, seq]))).toEqual(seqs);
  });

  it("lets an open page go on with its expired token, and opens no other with it", async ({
    start,
  }) => {
    const presence = { ...LONG_LEASES.presence, bufferSeconds: BUFFER_S };
    const site = await start({}, { presence, binding: "token" });
    // It is good for five more seconds: its leeway is a minute.
    const exp = Date.now() / 1000 - 55;
    const token = signToken(KEYS.token, { aud: "default", sid: "conv_1", exp });
    const signal = (change: object) =>
      site.signal({ ...LATER, session: "conv_1", token, page: "p", ...change });
    await signal({ type: "open", seq: 1 });
    await pause(5_500);
    expect(await signal({})).toEqual({ nextMs: 20_000 });
    await expect(signal({ page: "q" })).rejects.toThrow("token_expired");
    await signal({ type: "leave", seq: undefined });
    await waitForOffline(site, "conv_1", 10_000);
    await expect(signal({ gen: 1 })).rejects.toThrow("token_expired");
  });

  it("stops the pages of an erased session, also after the number of shards has grown", async ({
    folder,
    start,
  }) => {
    const small = await EdgeSite.start(LONG_LEASES, { shards: 2, folder });
    const ids = Array.from({ length: 10 }, (_, index) => `conv_${index}`);
    for (const id of ids) await small.page(id).open();
    for (const id of ids) await small.request("DELETE", `/v1/sessions/${id}`);
    expect(await small.page("conv_0").open()).toEqual({ nextMs: 0 });
    await small.stop();
    const site = await start({ shards: 8, folder }, LONG_LEASES);
    await until("the new number of shards", async () => {
      await site.page("conv_new").open();
      return (
        (await site.request<{ layouts: number[] }>("GET", "/test/0/layouts")).layouts.length === 2
      );
    });
    for (const id of ids) expect(await site.page(id).open()).toEqual({ nextMs: 0 });
    for (const id of ids) await site.request("PUT", `/v1/sessions/${id}`, {});
    for (const id of ids) expect(await site.page(id).open()).toEqual({ nextMs: 20_000 });
  });
});

// One after the other: they count what beats cost, or beat in time.
describe("the edge deployment, under beats", () => {
  it("sets one alarm for many beats, and writes the session on a few of them", async ({
    start,
  }) => {
    const site = await start({}, LONG_LEASES);
    await site.request("PUT", "/v1/sessions/conv_1", { ticket: { id: "1", status: "new" } });
    const page = site.page("conv_1");
    await page.open();
    await page.beat();
    const before = await figures(site);
    const beats = 30;
    for (let count = 0; count < beats; count += 1) await page.beat();
    const after = await figures(site);
    // Alarms keep the object in memory while it holds beats, one in nine seconds.
    expect(after.alarmsSet - before.alarmsSet).toBeLessThanOrEqual(2);
    // The first two, each twentieth, and that there are others in memory.
    expect(after.rowsWritten - before.rowsWritten).toBeLessThanOrEqual(beats / 6);
    expect((await site.session("conv_1")).presence).toBe("online");
  });

  it("writes each beat of a lone visitor, and what it holds when beats cease", async ({
    start,
  }) => {
    const site = await start({}, LONG_LEASES);
    const page = site.page("conv_1");
    const passSeconds = (seconds: number) =>
      site.request("POST", `/test/0/stop-clock/${seconds}000`);
    await page.open();
    const before = await figures(site);
    for (let count = 0; count < 5; count += 1) {
      await passSeconds(10);
      await page.beat();
    }
    const alone = await figures(site);
    expect(alone.rowsWritten - before.rowsWritten).toBe(5);
    expect(alone.alarmsSet).toBe(before.alarmsSet);
    for (let count = 0; count < 5; count += 1) await page.beat();
    const holding = await figures(site);
    await passSeconds(40);
    await site.request("POST", "/test/0/ring");
    // The session, and that there are no others.
    await until("what is held to be written", async () => {
      return (await figures(site)).rowsWritten - holding.rowsWritten === 2;
    });
  });

  it("keeps deadlines when a shard crashes, and marks no beating visitor offline", async ({
    start,
  }) => {
    const site = await start();
    const [staying, leaving] = [site.page("stays"), site.page("leaves")];
    const beating = { isOver: false };
    await Promise.all([staying.open(), leaving.open()]);
    // Some of them are in memory when the shard crashes.
    for (let count = 0; count < 5; count += 1) await staying.beat();
    // The shard may crash while it has a beat; the page would be offline if all were refused.
    const beat = () =>
      staying.beat().catch((error: Error) => {
        if (!error.message.includes("503")) throw error;
      });
    const beats = (async () => {
      for (; !beating.isOver; await pause(BEAT_S * 1_000)) await beat();
    })();
    await pause(500);
    // From here on only the alarm wakes the shard for the visitor who left.
    await site.request("POST", "/test/0/crash");
    await waitForOffline(site, "leaves", 10_000);
    for (let crash = 0; crash < 3; crash += 1) {
      await pause(1_100);
      await site.request("POST", "/test/0/crash");
    }
    beating.isOver = true;
    await beats;
    const { transitions } = await site.request<{ transitions: { to: { presence: string } }[] }>(
      "GET",
      "/v1/sessions/stays/transitions",
    );
    expect(transitions.filter(({ to }) => to.presence === "offline")).toEqual([]);
    await waitForOffline(site, "stays", 10_000);
  });
});
