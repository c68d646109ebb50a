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

const BUFFER_S = 2;
const LEASE_S = 300;

/** Leases that outlast a test on a busy machine, so that only those go offline who leave. */
const SETTINGS = {
  presence: {
    mode: "on",
    bufferSeconds: BUFFER_S,
    beatSeconds: { waiting: 20, assigned: 20, hidden: 20, idle: 20 },
    leaseSeconds: { visible: LEASE_S, hidden: LEASE_S, frozen: LEASE_S },
  },
};

const SHORT_LEASE_S = 3;
/** Leases that a visitor renews each second. */
const SHORT_LEASES = {
  presence: {
    mode: "on",
    bufferSeconds: BUFFER_S,
    beatSeconds: { waiting: 1, assigned: 1, hidden: 1, idle: 1 },
    leaseSeconds: { visible: SHORT_LEASE_S, hidden: SHORT_LEASE_S, frozen: SHORT_LEASE_S },
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

const presenceOf = async (site: EdgeSite, id: string) => (await site.session(id)).presence;

async function waitForOffline(site: EdgeSite, id: string): Promise<void> {
  await until(`${id} to be offline`, async () => (await presenceOf(site, id)) === "offline");
}

/** Stops the clock an hour ahead, so that no alarm fires by the real time; returns what it shows. */
async function stopClock(site: EdgeSite): Promise<number> {
  const { now } = await site.request<{ now: number }>("POST", "/test/0/stop-clock/3600000");
  return now;
}

/** Moves a stopped clock, and does each second what the alarm of the first shard does. */
async function passSeconds(site: EdgeSite, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    await site.request("POST", "/test/0/advance/1000");
  }
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
    await waitForOffline(site, "conv_1");
    // The coordinator may have the last one a moment later.
    const ids = await until("three transitions", async () => {
      const { transitions } = await site.request<{ transitions: { id: string }[] }>(
        "GET",
        "/v1/transitions",
      );
      return transitions.length >= 3 && transitions.map(({ id }) => id);
    });
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
    await until("the desk to know that the visitor left", async () => last() === "offline");
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
      await until(labelled, async () => (await metric(site, labelled)) >= least);
    }
  });

  it("calls nobody gone while a shard hears no page, and everybody who left afterwards", async ({
    start,
  }) => {
    const beatSeconds = { waiting: 4, assigned: 4, hidden: 4, idle: 4 };
    const site = await start({}, { presence: { mode: "on", bufferSeconds: 1, beatSeconds } });
    const openedAt = await stopClock(site);
    const ids = Array.from({ length: 12 }, (_, index) => `conv_${index}`);
    const pages = ids.map((id) => site.page(id));
    for (const page of pages) await page.open();
    // A lease of 6 s and the buffer are over by then.
    await passSeconds(site, 9);
    const presences = () => Promise.all(ids.map((id) => presenceOf(site, id)));
    expect(await presences()).toEqual(ids.map(() => "online"));
    const unheardSince = async () => {
      const queue = await site.request<{ unheardSince: string | null }>("GET", "/v1/queue");
      return queue.unheardSince && Date.parse(queue.unheardSince);
    };
    await until("the account to be reported unheard", async () => (await unheardSince()) !== null);
    expect(await unheardSince()).toBe(openedAt + 4_800);
    expect(await unheardSeconds(site)).toBeCloseTo(4.2);
    await pages[0]?.beat();
    await until("the account to be heard again", async () => (await unheardSince()) === null);
    expect(await unheardSeconds(site)).toBe(0);
    await passSeconds(site, 8);
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
    // They are of two shards, either of which may be the first to hand its own on.
    expect(
      rest
        .slice(2)
        .map(({ session }) => session)
        .toSorted(),
    ).toEqual(["conv_4", "conv_5"]);
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
    const site = await start({}, SHORT_LEASES);
    const startedAt = Date.now();
    const [broken, other] = [site.page("broken"), site.page("other")];
    await broken.open();
    await other.open();
    await site.request("POST", "/test/0/break-session/broken");
    await other.leave();
    await waitForOffline(site, "other");
    await pause(2_000);
    // Without a pause of two seconds between them there are very many.
    const { alarmsFired } = await figures(site);
    expect(alarmsFired).toBeLessThan(10 + (Date.now() - startedAt) / 1_000);
  });

  it("runs overdue deadlines from the watchdog if an alarm does not fire", async ({ start }) => {
    const site = await start();
    await stopClock(site);
    const page = site.page("conv_1");
    await page.open();
    await page.leave();
    await site.request("POST", `/test/0/stop-clock/${BUFFER_S}000`);
    await site.request("POST", "/test/0/stop-clock/1500");
    expect(await presenceOf(site, "conv_1")).toBe("online");
    await site.request("POST", "/test/0/watchdog");
    await waitForOffline(site, "conv_1");
  });

  it("finds every session after the number of shards has grown", async ({ folder, start }) => {
    const small = await EdgeSite.start(SETTINGS, { shards: 2, folder });
    const ids = Array.from({ length: 10 }, (_, index) => `conv_${index}`);
    for (const id of ids) await small.page(id).open();
    await small.stop();
    const site = await start({ shards: 8, folder }, SETTINGS);
    await until("the new number of shards", async () => {
      await site.page("conv_new").open();
      return (
        (await site.request<{ layouts: number[] }>("GET", "/test/0/layouts")).layouts.length === 2
      );
    });
    const seqs = new Map<string, number>();
    for (const id of ids) {
      expect(await presenceOf(site, id)).toBe("online");
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
    const site = await start({}, { ...SETTINGS, binding: "token" });
    // It is good for two more minutes: its leeway is one.
    const exp = (await stopClock(site)) / 1_000 + 60;
    const token = signToken(KEYS.token, { aud: "default", sid: "conv_1", exp });
    const signal = (change: object) =>
      site.signal({ ...LATER, session: "conv_1", token, page: "p", ...change });
    await signal({ type: "open", seq: 1 });
    await site.request("POST", "/test/0/advance/121000");
    expect(await signal({})).toEqual({ nextMs: 20_000 });
    await expect(signal({ page: "q" })).rejects.toThrow("token_expired");
    await signal({ type: "leave", seq: undefined });
    await passSeconds(site, BUFFER_S);
    expect(await presenceOf(site, "conv_1")).toBe("offline");
    await expect(signal({ gen: 1 })).rejects.toThrow("token_expired");
  });

  it("stops the pages of an erased session, also after the number of shards has grown", async ({
    folder,
    start,
  }) => {
    const small = await EdgeSite.start(SETTINGS, { shards: 2, folder });
    const ids = Array.from({ length: 10 }, (_, index) => `conv_${index}`);
    for (const id of ids) await small.page(id).open();
    for (const id of ids) await small.request("DELETE", `/v1/sessions/${id}`);
    expect(await small.page("conv_0").open()).toEqual({ nextMs: 0 });
    await small.stop();
    const site = await start({ shards: 8, folder }, SETTINGS);
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

describe("the edge deployment, under beats", () => {
  it("sets one alarm for many beats, and writes the session on a few of them", async ({
    start,
  }) => {
    const site = await start();
    await stopClock(site);
    await site.request("PUT", "/v1/sessions/conv_1", { ticket: { id: "1", status: "new" } });
    const page = site.page("conv_1");
    await page.open();
    await page.beat();
    const before = await figures(site);
    const beats = 30;
    for (let count = 0; count < beats; count += 1) await page.beat();
    const after = await figures(site);
    // Alarms keep the object in memory while it holds beats, one in nine seconds; the clock stands.
    expect(after.alarmsSet - before.alarmsSet).toBeLessThanOrEqual(2);
    // The first two, each twentieth, and that there are others in memory.
    expect(after.rowsWritten - before.rowsWritten).toBeLessThanOrEqual(beats / 6);
    expect(await presenceOf(site, "conv_1")).toBe("online");
  });

  it("writes each beat of a lone visitor, and what it holds when beats cease", async ({
    start,
  }) => {
    const site = await start();
    const page = site.page("conv_1");
    const stopLater = (seconds: number) => site.request("POST", `/test/0/stop-clock/${seconds}000`);
    await stopClock(site);
    await page.open();
    const before = await figures(site);
    for (let count = 0; count < 5; count += 1) {
      await stopLater(10);
      await page.beat();
    }
    const alone = await figures(site);
    expect(alone.rowsWritten - before.rowsWritten).toBe(5);
    expect(alone.alarmsSet).toBe(before.alarmsSet);
    for (let count = 0; count < 5; count += 1) await page.beat();
    const holding = await figures(site);
    await stopLater(40);
    await site.request("POST", "/test/0/ring");
    // The session, and that there are no others.
    await until("what is held to be written", async () => {
      return (await figures(site)).rowsWritten - holding.rowsWritten === 2;
    });
  });

  it("keeps deadlines when a shard crashes, and marks no beating visitor offline", async ({
    start,
  }) => {
    const site = await start({}, SHORT_LEASES);
    const [staying, leaving] = [site.page("stays"), site.page("leaves")];
    await leaving.open();
    await leaving.leave();
    // From here on only the alarm wakes the shard.
    await site.request("POST", "/test/0/crash");
    await waitForOffline(site, "leaves");

    await stopClock(site);
    await staying.open();
    for (let crash = 0; crash < 3; crash += 1) {
      // Shards hold beats in memory that come often.
      for (let count = 0; count < 5; count += 1) await staying.beat();
      for (let second = 0; second < SHORT_LEASE_S; second += 1) {
        await passSeconds(site, 1);
        await staying.beat();
      }
      await site.request("POST", "/test/0/crash");
      // By what is stored the lease and the buffer are over by then.
      await passSeconds(site, SHORT_LEASE_S - 1);
      await staying.beat();
    }
    const { transitions } = await site.request<{ transitions: { to: { presence: string } }[] }>(
      "GET",
      "/v1/sessions/stays/transitions",
    );
    expect(transitions.filter(({ to }) => to.presence === "offline")).toEqual([]);
    await passSeconds(site, SHORT_LEASE_S + BUFFER_S);
    expect(await presenceOf(site, "stays")).toBe("offline");
  });
});
