/**
 * Webhooks from a real collector to real receivers.
 */
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { TestCollector } from "./support/collector.ts";
import { runFaults } from "./support/fault-run.ts";
import { start } from "./support/process.ts";
import { TestReceiver } from "./support/receiver.ts";
import { seededRandom } from "./support/seeded-random.ts";
import { until } from "./support/wait.ts";

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
  const made = await collector.request<Webhook & { secret: string }>("POST", "/v1/webhooks", {
    url: receiver.url,
  });
  const { secret, ...rest } = made;
  webhook = rest;
  receiver.setSecrets(secret);
});
afterEach(async () => {
  await collector.api("DELETE", `/v1/webhooks/${webhook.id}`);
  await receiver.close();
});

/** Commits a transition, and returns its sequence number. */
async function commit(id = session): Promise<number> {
  const assignee = `agent_${Math.random()}`;
  const path = `/v1/sessions/${id}`;
  return (await collector.request<{ seq: number }>("PUT", path, { assignee })).seq;
}

function prioritize(priority: string): Promise<unknown> {
  return collector.request("PUT", `/v1/sessions/${session}`, { ticket: { priority } });
}

function waitForSeqs(...seqs: number[]): Promise<unknown> {
  return until(`transitions ${seqs}`, async () => {
    const accepted = receiver.accepted.map(({ message }) => message.data.seq);
    return JSON.stringify(accepted) === JSON.stringify(seqs);
  });
}

async function deliveries(query = ""): Promise<Delivery[]> {
  const path = `/v1/webhooks/${webhook.id}/deliveries${query}`;
  return (await collector.request<{ deliveries: Delivery[] }>("GET", path)).deliveries;
}

function replay(body: object): Promise<{ replayed: number | null }> {
  return collector.request("POST", `/v1/webhooks/${webhook.id}/replay`, body);
}

/** Others may follow by the time that this test sees the first. */
function waitForAttempt(): Promise<unknown> {
  return until("an attempt", async () => receiver.requests.length > 0);
}

/** A delivery is settled shortly after its arrival, and only then can it be replayed. */
function waitForSettled(count: number): Promise<unknown> {
  return until("the deliveries", async () => {
    const listed = await deliveries("?status=delivered");
    return listed.length === count;
  });
}

describe("a transition", () => {
  it("arrives immediately, signed, and equal to the one in the history", async () => {
    await commit();
    await waitForSeqs(1);
    const [arrival] = receiver.accepted;
    const [transition] = await collector.history(session);
    expect(arrival?.id).toBe(transition?.id);
    expect(arrival?.message).toEqual({
      type: "session.transition",
      timestamp: transition?.at,
      data: transition,
    });
    expect(receiver.invalidSignatures).toBe(0);
  });

  it("that fails is retried, and later ones of its session wait for it", async () => {
    let isBad = true;
    receiver.failureMode = () => (isBad ? "fail" : "accept");
    await commit();
    await waitForAttempt();
    await commit();
    isBad = false;
    await waitForSeqs(1, 2);
    const [first, second] = receiver.requests.map(({ at }) => at);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(850);
    await waitForSettled(2);
    const failed = receiver.requests.length - 2;
    expect((await deliveries()).map(({ seq, attempts }) => [seq, attempts])).toEqual([
      [2, 1],
      [1, failed + 1],
    ]);
  });

  it("does not wait for those of another session", async () => {
    receiver.failureMode = () =>
      receiver.requests.at(-1)?.message.data.session === session ? "hang" : "accept";
    await commit();
    await waitForAttempt();
    await commit("conv_other");
    await until("the other", async () => receiver.accepted.length === 1);
    expect(receiver.hanging, "attempts that have not ended").toBe(1);
  });
});

describe("a receiver", () => {
  it("that responds 410 is disabled until it is enabled again", async () => {
    receiver.failureMode = () => new Response(null, { status: 410 });
    await commit();
    const path = `/v1/webhooks/${webhook.id}`;
    await until(
      "the webhook to be disabled",
      async () => !(await collector.request<Webhook>("GET", path)).enabled,
    );
    expect(await collector.request("GET", path)).toMatchObject({ disabledReason: "gone" });
    const refused = await collector.api("POST", `${path}/replay`, { status: "failed" });
    expect(await refused.json()).toMatchObject({ status: 409, code: "webhook_disabled" });
    receiver.failureMode = () => "accept";
    await commit("conv_meanwhile");
    await collector.request("PATCH", path, { enabled: true });
    await commit("conv_later");
    // A pending delivery is retried; transitions committed while disabled are not sent.
    await until("both", async () => receiver.accepted.length === 2);
    const delivered = receiver.accepted.map(({ message }) => message.data.session);
    expect(delivered.sort()).toEqual([session, "conv_later"].sort());
  });

  it("that responds 429 with Retry-After gets no deliveries of any session until then", async () => {
    receiver.failureMode = () =>
      new Response(null, { status: 429, headers: { "Retry-After": "2" } });
    await commit();
    await waitForAttempt();
    receiver.failureMode = () => "accept";
    await commit("conv_another");
    await until("both", async () => receiver.accepted.length === 2);
    const [first, ...rest] = receiver.requests.map(({ at }) => at);
    for (const at of rest) expect(at - (first ?? 0)).toBeGreaterThanOrEqual(1_900);
  });

  it("that has answered every attempt with 101 is sent everything once it accepts", async () => {
    receiver.failureMode = () => "switch_protocols";
    const names = Array.from({ length: 40 }, (_, index) => `${session}.${index}`);
    for (const name of names) await commit(name);
    const listed = await until("all attempts", async () => {
      const pending = await deliveries("?status=pending&limit=100");
      return pending.length === names.length && pending;
    });
    expect(new Set(listed.map(({ response }) => response))).toEqual(new Set([101]));
    receiver.failureMode = () => "accept";
    await until("all messages", async () => receiver.accepted.length >= names.length, 100_000);
    expect(new Set(receiver.accepted.map(({ message }) => message.data.session))).toEqual(
      new Set(names),
    );
  });

  it("that redirects counts as failed, and the redirect is not followed", async () => {
    const elsewhere = await TestReceiver.start();
    receiver.failureMode = () =>
      new Response(null, { status: 307, headers: { Location: elsewhere.url } });
    await commit();
    await until(
      "the pending delivery",
      async () => (await deliveries("?status=pending")).length === 1,
    );
    expect(await deliveries()).toMatchObject([{ status: "pending", response: 307 }]);
    // A message that followed the redirect would be counted here: this receiver has no secret.
    expect(elsewhere.invalidSignatures).toBe(0);
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.close();
  });
});

describe("a secret", () => {
  it("is shown only on creation", async () => {
    const list = await (await collector.api("GET", "/v1/webhooks")).text();
    const one = await (await collector.api("GET", `/v1/webhooks/${webhook.id}`)).text();
    expect(list + one).not.toContain("whsec_");
    expect(list).toContain(webhook.id);
  });

  it("rotates with an overlap, in which messages are signed with both", async () => {
    await commit();
    await waitForSeqs(1);
    const path = `/v1/webhooks/${webhook.id}/secret`;
    const made = await collector.request<Webhook & { secret: string }>("POST", path);
    const overlapMs = Date.parse(made.oldSecretUntil ?? "") - Date.now();
    expect(overlapMs / 3_600_000).toBeCloseTo(24, 1);
    await commit();
    await waitForSeqs(1, 2);
    receiver.setSecrets(made.secret);
    await commit();
    await waitForSeqs(1, 2, 3);
    expect(receiver.invalidSignatures).toBe(0);
  });
});

describe("a replay", () => {
  it("resends a single transition", async () => {
    for (let count = 0; count < 3; count += 1) await commit();
    await waitForSeqs(1, 2, 3);
    await waitForSettled(3);
    const [, second] = await collector.history(session);
    expect(await replay({ transition: second?.id })).toEqual({ replayed: 1 });
    await waitForSeqs(1, 2, 3, 2);
  });

  it("resends every transition after a given one, in order", async () => {
    for (let count = 0; count < 3; count += 1) await commit();
    await waitForSeqs(1, 2, 3);
    await waitForSettled(3);
    const [first] = await collector.history(session);
    expect(await replay({ after: first?.id })).toEqual({ replayed: null });
    await waitForSeqs(1, 2, 3, 2, 3);
  });

  it("of an unknown transition, or without a selection, is refused", async () => {
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
  it("has a unique name, and can be limited to triggers that notify it", async () => {
    const path = `/v1/webhooks/${webhook.id}`;
    await collector.request("PATCH", path, { name: "helpdesk", events: "notified" });
    const again = await collector.api("POST", "/v1/webhooks", {
      url: receiver.url,
      name: "helpdesk",
    });
    expect(await again.json()).toMatchObject({ status: 409, code: "webhook_name_taken" });
    const tag = { type: "add_tags", value: ["notified"] };
    const notify = { type: "notify_webhook", value: "helpdesk" };
    const changed = { field: "ticket.priority", op: "changed_to", value: "urgent" };
    await collector.request("PUT", "/v1/triggers", [
      { name: "urgent", enabled: true, all: [changed], any: [], actions: [tag, notify] },
    ]);
    for (const count of [1, 2]) {
      await commit();
      await prioritize("low");
      await prioritize("urgent");
      // A session's transitions arrive in order, so one before it would have arrived already.
      await until("the notification", async () => receiver.accepted.length >= count);
      const triggers = receiver.accepted.map(({ message }) => message.data.triggers);
      expect(triggers).toEqual(Array(count).fill(["urgent"]));
    }
    await collector.request("PUT", "/v1/triggers", []);
  });

  it("that is deleted receives nothing more", async () => {
    await commit();
    await waitForSeqs(1);
    await collector.request("DELETE", `/v1/webhooks/${webhook.id}`);
    const other = await TestReceiver.start();
    const { id, secret } = await collector.request<Webhook & { secret: string }>(
      "POST",
      "/v1/webhooks",
      { url: other.url },
    );
    other.setSecrets(secret);
    for (const count of [1, 2]) {
      await commit();
      await until("the other endpoint", async () => other.accepted.length === count);
    }
    expect(receiver.requests).toHaveLength(1);
    expect((await collector.api("GET", `/v1/webhooks/${webhook.id}`)).status).toBe(404);
    await collector.request("DELETE", `/v1/webhooks/${id}`);
    await other.close();
  });

  it("cannot be seen, changed or replayed by another account", async () => {
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
    await waitForSeqs(1);
  });

  it("in a private network is refused by default", async () => {
    const strict = await TestCollector.start();
    for (const url of [receiver.url, "https://localhost/", "https://[::ffff:10.0.0.1]/", "no"]) {
      const refused = await strict.api("POST", "/v1/webhooks", { url });
      expect(await refused.json()).toMatchObject({ status: 400, code: "webhook_target_refused" });
    }
    expect(await strict.request("GET", "/v1/webhooks")).toEqual({ webhooks: [] });
    await strict.stop();
  });
});

describe("a graceful shutdown", () => {
  it("completes deliveries in progress, and the next process does not repeat them", async () => {
    receiver.failureMode = () => "slow";
    await commit();
    await commit();
    await waitForAttempt();
    const stoppingAt = Date.now();
    await collector.shutDown();
    // It waits no longer than two seconds for a receiver; this process may have stopped for as long.
    const isInTime = Date.now() - stoppingAt < 2_000;
    expect(receiver.accepted).not.toEqual([]);
    receiver.failureMode = () => "accept";
    await collector.restart();
    await commit();
    // A session's transitions arrive in order, so a repeated one arrives before the third.
    const seqs = () => receiver.accepted.map(({ message }) => message.data.seq);
    await until("the third", async () => seqs().includes(3));
    expect(isInTime ? seqs() : [...new Set(seqs())]).toEqual([1, 2, 3]);
  });
});

describe("the example receiver", () => {
  it("verifies messages, and lists the sessions", async () => {
    const server = fileURLToPath(
      new URL("../examples/webhook-receiver/dist/server.js", import.meta.url),
    );
    const port = new URL(receiver.url).port;
    await receiver.close();
    const path = `/v1/webhooks/${webhook.id}`;
    await collector.request("PATCH", path, { url: `http://127.0.0.1:${port}/` });
    const { secret } = await collector.request<{ secret: string }>("POST", `${path}/secret`);
    const example = await start(process.execPath, [server], /listens at (http:\S+)/, {
      WEBHOOK_SECRET: secret,
      PORT: port,
    });
    await commit();
    await commit();
    await until("the receiver to list the session", async () => {
      const { sessions: listed } = (await (
        await fetch(`http://127.0.0.1:${port}/sessions`)
      ).json()) as { sessions: { session: string; seq: number }[] };
      return listed.some((each) => each.session === session && each.seq === 2);
    });
    await example.kill();
    await receiver.reopen();
  });
});

describe("fault injection", () => {
  it("delivers every transition in order and unchanged, through 12 kills between commit and delivery", async () => {
    const first = Number(process.env["SEED"]);
    const seeds = [first, first + 1];
    const reports = await Promise.all(
      seeds.map((seed) => runFaults({ kills: 6, random: seededRandom(seed) })),
    );
    for (const [index, report] of reports.entries()) {
      const clean = { invalidSignatures: 0, missing: [], outOfOrder: [], mismatched: [] };
      expect(report, `seed ${seeds[index]}`).toMatchObject(clean);
      expect(report.killsBeforeDelivery).toBeGreaterThanOrEqual(6);
      expect(report.committed).toBeGreaterThan(60);
    }
  }, 240_000);
});
