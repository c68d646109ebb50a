/**
 * Webhooks, from a real collector to real receivers.
 */
import { randomInt } from "node:crypto";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { seededChance } from "./support/chance.ts";
import { TestCollector } from "./support/collector.ts";
import { runFaults } from "./support/fault-run.ts";
import { start } from "./support/process.ts";
import { TestReceiver } from "./support/receiver.ts";
import { pause, until } from "./support/wait.ts";

interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly enabled: boolean;
  readonly disabledReason: string | null;
  readonly oldSecretUntil: string | null;
  readonly pausedUntil: string | null;
}

interface Delivery {
  readonly id: string;
  readonly seq: number;
  readonly status: string;
  readonly attempts: number;
  readonly response: number | null;
}

let collector: TestCollector;
let receiver: TestReceiver;
let webhook: Webhook;
let sessions = 0;
let session = "";

beforeAll(async () => {
  collector = await TestCollector.start("--allow-private-webhooks");
});
afterAll(() => collector.stop());

beforeEach(async () => {
  sessions += 1;
  session = `conv.${sessions}`;
  receiver = await TestReceiver.start();
  const made = await collector.ask<Webhook & { secret: string }>("POST", "/v1/webhooks", {
    url: receiver.url,
  });
  const { secret, ...rest } = made;
  webhook = rest;
  receiver.trust(secret);
});
afterEach(async () => {
  await collector.api("DELETE", `/v1/webhooks/${webhook.id}`);
  await receiver.die();
});

/** One transition more; answers with its number. */
async function commit(of = session): Promise<number> {
  const assignee = `agent_${Math.random()}`;
  const path = `/v1/sessions/${of}`;
  return (await collector.ask<{ seq: number }>("PUT", path, { assignee })).seq;
}

function took(...seqs: number[]): Promise<unknown> {
  return until(`transitions ${seqs}`, async () => {
    const taken = receiver.taken.map(({ message }) => message.data.seq);
    return JSON.stringify(taken) === JSON.stringify(seqs);
  });
}

async function deliveries(query = ""): Promise<Delivery[]> {
  const path = `/v1/webhooks/${webhook.id}/deliveries${query}`;
  return (await collector.ask<{ deliveries: Delivery[] }>("GET", path)).deliveries;
}

function replay(body: object): Promise<{ replayed: number | null }> {
  return collector.ask("POST", `/v1/webhooks/${webhook.id}/replay`, body);
}

/** What was delivered is settled a moment later; only then is it passed. */
function settled(count: number): Promise<unknown> {
  return until("the deliveries", async () => {
    const listed = await deliveries("?status=delivered");
    return listed.length === count;
  });
}

describe("a transition", () => {
  it("arrives at once, signed, as the history has it", async () => {
    await commit();
    await took(1);
    const [arrival] = receiver.taken;
    const [transition] = await collector.history(session);
    expect(arrival?.id).toBe(transition?.id);
    expect(arrival?.message).toEqual({
      type: "session.transition",
      timestamp: transition?.at,
      data: transition,
    });
    expect(receiver.forged).toBe(0);
  });

  it("that fails is tried again, and its session's next ones wait for it", async () => {
    let isBad = true;
    receiver.failureMode = () => (isBad ? "fail" : "take");
    await commit();
    await until("a first attempt", async () => receiver.asked.length === 1);
    await commit();
    isBad = false;
    await took(1, 2);
    const [first, second] = receiver.asked.map(({ at }) => at);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(850);
    await settled(2);
    expect((await deliveries()).map(({ seq, attempts }) => [seq, attempts])).toEqual([
      [2, 1],
      [1, 2],
    ]);
  });

  it("of one session does not wait for another's", async () => {
    receiver.failureMode = () =>
      receiver.asked.at(-1)?.message.data.session === session ? "hang" : "take";
    await commit();
    await until("an attempt", async () => receiver.asked.length === 1);
    await commit("conv_other");
    await until("the other", async () => receiver.taken.length === 1, 1_000);
  });
});

describe("a receiver", () => {
  it("that answers 410 is left alone until it is switched on again", async () => {
    receiver.failureMode = () => new Response(null, { status: 410 });
    await commit();
    const path = `/v1/webhooks/${webhook.id}`;
    await until("it is off", async () => !(await collector.ask<Webhook>("GET", path)).enabled);
    expect(await collector.ask("GET", path)).toMatchObject({ disabledReason: "gone" });
    const refused = await collector.api("POST", `${path}/replay`, { status: "failed" });
    expect(await refused.json()).toMatchObject({ status: 409, code: "webhook_disabled" });
    receiver.failureMode = () => "take";
    await commit("conv_meanwhile");
    await collector.ask("PATCH", path, { enabled: true });
    await commit("conv_later");
    // What was under way is tried again; what happened meanwhile is not sent by itself.
    await until("both", async () => receiver.taken.length === 2);
    const told = receiver.taken.map(({ message }) => message.data.session);
    expect(told.sort()).toEqual([session, "conv_later"].sort());
  });

  it("that asks for a rest has it, from all sessions", async () => {
    receiver.failureMode = () =>
      new Response(null, { status: 429, headers: { "Retry-After": "2" } });
    await commit();
    await until("an attempt", async () => receiver.asked.length === 1);
    receiver.failureMode = () => "take";
    await commit("conv_another");
    await until("both", async () => receiver.taken.length === 2);
    const [first, ...rest] = receiver.asked.map(({ at }) => at);
    for (const at of rest) expect(at - (first ?? 0)).toBeGreaterThanOrEqual(1_900);
  });

  it("that redirects has failed: nothing is sent elsewhere", async () => {
    const elsewhere = await TestReceiver.start();
    receiver.failureMode = () =>
      new Response(null, { status: 307, headers: { Location: elsewhere.url } });
    await commit();
    await until("it is listed", async () => (await deliveries("?status=pending")).length === 1);
    expect(await deliveries()).toMatchObject([{ status: "pending", response: 307 }]);
    expect(elsewhere.asked).toEqual([]);
    await elsewhere.die();
  });
});

describe("a secret", () => {
  it("is shown once", async () => {
    const list = await (await collector.api("GET", "/v1/webhooks")).text();
    const one = await (await collector.api("GET", `/v1/webhooks/${webhook.id}`)).text();
    expect(list + one).not.toContain("whsec_");
    expect(list).toContain(webhook.id);
  });

  it("rotates without a gap: old and new both fit", async () => {
    await commit();
    await took(1);
    const path = `/v1/webhooks/${webhook.id}/secret`;
    const made = await collector.ask<Webhook & { secret: string }>("POST", path);
    const overlapMs = Date.parse(made.oldSecretUntil ?? "") - Date.now();
    expect(overlapMs / 3_600_000).toBeCloseTo(24, 1);
    await commit();
    await took(1, 2);
    receiver.trust(made.secret);
    await commit();
    await took(1, 2, 3);
    expect(receiver.forged).toBe(0);
  });
});

describe("a replay", () => {
  it("sends one transition once more", async () => {
    for (let count = 0; count < 3; count += 1) await commit();
    await took(1, 2, 3);
    await settled(3);
    const [, second] = await collector.history(session);
    expect(await replay({ transition: second?.id })).toEqual({ replayed: 1 });
    await took(1, 2, 3, 2);
  });

  it("sends everything after a place once more, in order", async () => {
    for (let count = 0; count < 3; count += 1) await commit();
    await took(1, 2, 3);
    await settled(3);
    const [first] = await collector.history(session);
    expect(await replay({ after: first?.id })).toEqual({ replayed: null });
    await took(1, 2, 3, 2, 3);
  });

  it("of what never was is refused", async () => {
    const path = `/v1/webhooks/${webhook.id}/replay`;
    const unknown = await collector.api("POST", path, { transition: "conv_9:abc:1" });
    expect(unknown.status).toBe(400);
    expect(await (await collector.api("POST", path, {})).json()).toMatchObject({
      code: "invalid_request",
    });
    expect(await replay({ status: "failed" })).toEqual({ replayed: 0 });
  });
});

describe("an endpoint", () => {
  it("has a name of its own, and can be changed", async () => {
    const path = `/v1/webhooks/${webhook.id}`;
    await collector.ask("PATCH", path, { name: "desk", events: "notified" });
    const again = await collector.api("POST", "/v1/webhooks", { url: receiver.url, name: "desk" });
    expect(await again.json()).toMatchObject({ status: 409, code: "webhook_name_taken" });
    const tag = { type: "add_tags", value: ["told"] };
    const notify = { type: "notify_webhook", value: "desk" };
    const changed = { field: "ticket.priority", op: "changed_to", value: "urgent" };
    await collector.ask("PUT", "/v1/triggers", [
      { name: "tell", enabled: true, all: [changed], any: [], actions: [tag, notify] },
    ]);
    await commit();
    await collector.ask("PUT", `/v1/sessions/${session}`, { ticket: { priority: "urgent" } });
    await until("the one", async () => receiver.taken.length === 1);
    await pause(200);
    expect(receiver.taken.map(({ message }) => message.data.triggers)).toEqual([["tell"]]);
    await collector.ask("PUT", "/v1/triggers", []);
  });

  it("that is removed is told nothing more", async () => {
    await commit();
    await took(1);
    await collector.ask("DELETE", `/v1/webhooks/${webhook.id}`);
    await commit();
    await pause(300);
    expect(receiver.asked).toHaveLength(1);
    expect((await collector.api("GET", `/v1/webhooks/${webhook.id}`)).status).toBe(404);
  });

  it("is nobody else's: another account cannot see, change or replay it", async () => {
    const command = fileURLToPath(
      new URL("../packages/collector/dist/cli/main.js", import.meta.url),
    );
    const store = `sqlite:${collector.folder}/test.db`;
    const args = [command, "keys", "--create", "--account", "other", "--store", store];
    const { match } = await start(process.execPath, args, /sk_[\w-]+/);
    const headers = { Authorization: `Bearer ${match[0]}`, "Content-Type": "application/json" };
    const ask = (method: string, path: string, body?: string) =>
      fetch(`${collector.url}/v1/webhooks${path}`, { method, headers, ...(body && { body }) });
    const list = await until("the other's keys", async () => {
      const response = await ask("GET", "");
      return response.ok && response.json();
    });
    expect(list).toEqual({ webhooks: [] });
    for (const [method, path, body] of [
      ["GET", ""],
      ["PATCH", "", "{}"],
      ["DELETE", ""],
      ["POST", "/secret"],
      ["GET", "/deliveries"],
      ["POST", "/replay", '{"status":"failed"}'],
    ] as const) {
      expect((await ask(method, `/${webhook.id}${path}`, body)).status).toBe(404);
    }
    await commit();
    await took(1);
  });

  it("in a private network is refused unless the operator allows it", async () => {
    const strict = await TestCollector.start();
    for (const url of [receiver.url, "https://localhost/", "https://[::ffff:10.0.0.1]/", "no"]) {
      const refused = await strict.api("POST", "/v1/webhooks", { url });
      expect(await refused.json()).toMatchObject({ status: 400, code: "webhook_target_refused" });
    }
    expect(await strict.ask("GET", "/v1/webhooks")).toEqual({ webhooks: [] });
    await strict.stop();
  });
});

describe("an end of the collector", () => {
  it("in order lets what is under way arrive, and the next one goes on without repeating it", async () => {
    receiver.failureMode = () => "slow";
    await commit();
    await commit();
    await until("an attempt", async () => receiver.asked.length === 1);
    await collector.end();
    expect(receiver.taken).not.toEqual([]);
    receiver.failureMode = () => "take";
    await collector.restart();
    await took(1, 2);
    await pause(300);
    expect(receiver.asked).toHaveLength(2);
  });
});

describe("the example receiver", () => {
  it("verifies what it is sent, and knows who is there", async () => {
    const server = fileURLToPath(
      new URL("../examples/webhook-receiver/dist/server.js", import.meta.url),
    );
    const port = new URL(receiver.url).port;
    await receiver.die();
    const path = `/v1/webhooks/${webhook.id}`;
    await collector.ask("PATCH", path, { url: `http://127.0.0.1:${port}/` });
    const { secret } = await collector.ask<{ secret: string }>("POST", `${path}/secret`);
    const example = await start(process.execPath, [server], /listens at (http:\S+)/, {
      WEBHOOK_SECRET: secret,
      PORT: port,
    });
    await commit();
    await commit();
    await until("it knows", async () => {
      const { sessions: known } = (await (
        await fetch(`http://127.0.0.1:${port}/sessions`)
      ).json()) as { sessions: { session: string; seq: number }[] };
      return known.some((each) => each.session === session && each.seq === 2);
    });
    await example.kill();
    await receiver.revive();
  });
});

describe("faults", () => {
  it("lose nothing, change no order and invent nothing, through 50 kills between commit and delivery", async () => {
    const seeds = [randomInt(2 ** 31), randomInt(2 ** 31)];
    const reports = await Promise.all(
      seeds.map((seed) => runFaults({ kills: 25, chance: seededChance(seed) })),
    );
    for (const [index, report] of reports.entries()) {
      const clean = { forged: 0, missing: [], disordered: [], invented: [] };
      expect(report, `seed ${seeds[index]}`).toMatchObject({ ...clean, killsBetween: 25 });
      expect(report.committed).toBeGreaterThan(100);
    }
  }, 180_000);
});
