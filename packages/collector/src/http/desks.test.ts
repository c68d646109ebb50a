/**
 * Desks over HTTP: how an admin sets one up, and what its messages do to sessions, in any order.
 */
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { conversationBody, type Fields, messageBody } from "../desks/chatwoot/testing/bodies.ts";
import { Conversations } from "../desks/conversations.ts";
import { Desks } from "../desks/desks.ts";
import { noteWritten } from "../desks/known.ts";
import { hexOf, hmacOf } from "../desks/signature.ts";
import type { Write } from "../stores/store.ts";
import { TestApp } from "./testing/app.ts";

const SECRET = "a secret that chatwoot made";
const TOKEN = "an_access_token_of_chatwoot";
const SESSION = "/v1/sessions/main-12";
const OUTBOUND = { baseUrl: "https://chat.example.com", accountId: "1", apiAccessToken: TOKEN };

let harness: TestApp;

beforeEach(async () => {
  harness = await TestApp.create();
});

const put = (body: object, id = "main") =>
  harness.request("PUT", `/v1/desks/${id}`, { kind: "chatwoot", ...body });
const setUp = () => put({ inbound: { secrets: [SECRET] } });

async function deliver(body: Fields, secret = SECRET, desk = "main"): Promise<Response> {
  const text = JSON.stringify(body);
  const timestamp = String(Math.floor(harness.clock.now() / 1_000));
  const raw = new TextEncoder().encode(text);
  return harness.app.request(`/v1/desks/${desk}/inbound`, {
    method: "POST",
    body: text,
    headers: {
      "X-Chatwoot-Signature": `sha256=${hexOf(await hmacOf(secret, `${timestamp}.`, raw))}`,
      "X-Chatwoot-Timestamp": timestamp,
    },
  });
}

const session = () => harness.json<Record<string, unknown>>("GET", SESSION);

describe("a desk", () => {
  it("is added, shown without its secrets, changed and removed", async () => {
    expect((await put({ inbound: { secrets: [SECRET] }, outbound: OUTBOUND })).status).toBe(200);
    const shown = await (await harness.request("GET", "/v1/desks")).text();
    expect(shown).not.toContain(SECRET);
    expect(shown).not.toContain(TOKEN);
    expect(JSON.parse(shown).desks[0]).toMatchObject({
      id: "main",
      kind: "chatwoot",
      inbound: { secrets: 1 },
      inboundUrl: "http://localhost/v1/desks/main/inbound",
      outbound: { baseUrl: "https://chat.example.com", accountId: "1", attribute: "presence" },
      lastHeardAt: null,
      refused: 0,
    });
    expect((await harness.request("DELETE", "/v1/desks/main")).status).toBe(200);
    expect((await harness.request("GET", "/v1/desks/main")).status).toBe(404);
    expect(await harness.store.outbox.endpoints("default")).toEqual([]);
  });

  it("has an admin's words in place of the kind's, also in another case", async () => {
    const mapping = { status: { RESOLVED: "closed" } };
    await put({ inbound: { secrets: [SECRET] }, mapping });
    await deliver(conversationBody("conversation_updated", { status: "resolved" }));
    expect(await session()).toMatchObject({ ticket: { status: "closed" } });
  });

  it("keeps secrets and credentials that a change does not name, and drops those of an empty list", async () => {
    await put({ inbound: { secrets: [SECRET] }, outbound: OUTBOUND });
    const { apiAccessToken: _, ...rest } = OUTBOUND;
    expect((await put({ outbound: { ...rest, labels: false } })).status).toBe(200);
    expect((await deliver(messageBody())).status).toBe(200);
    expect((await put({ inbound: { secrets: [] } })).status).toBe(200);
    expect((await deliver(messageBody())).status).toBe(401);
    expect((await put({ outbound: rest }, "other")).status).toBe(400);
  });

  it("gives its credentials to no other address", async () => {
    await put({ outbound: OUTBOUND });
    const { apiAccessToken: _, ...rest } = OUTBOUND;
    const moved = { ...rest, baseUrl: "https://elsewhere.example.com" };
    expect((await put({ outbound: moved })).status).toBe(400);
    expect((await put({ outbound: { ...rest, baseUrl: `${rest.baseUrl}/chat` } })).status).toBe(
      200,
    );
  });

  it("has an endpoint as long as it is told something, which is no webhook", async () => {
    await put({ outbound: OUTBOUND });
    expect(await harness.store.outbox.endpoints("default")).toHaveLength(1);
    expect(await harness.json("GET", "/v1/webhooks")).toEqual({ webhooks: [] });
    for (const path of ["/v1/webhooks/desk:main", "/v1/webhooks/desk:main/deliveries"]) {
      expect((await harness.request("GET", path)).status).toBe(404);
    }
    expect(await harness.json("GET", "/v1/desks/main/deliveries")).toMatchObject({
      deliveries: [],
      cursor: null,
    });
    await put({});
    expect(await harness.store.outbox.endpoints("default")).toEqual([]);
  });

  it("of another account is neither shown nor replaced", async () => {
    await harness.accounts.put("second", {
      keys: (await import("../engine/keys.ts")).createKeys(),
    });
    await setUp();
    const desks = new Desks(harness.store.admin, harness.clock, []);
    const config = { kind: "chatwoot", secrets: [], outbound: null, dryRun: false, mapping: {} };
    expect(await desks.put("second", "main", () => config, { cli: "test" })).toBe("taken");
    expect(await desks.list("second")).toEqual([]);
    expect(await desks.remove("second", "main", { cli: "test" })).toBe(false);
  });

  it("leaves entries in the audit log, without a secret", async () => {
    await put({ inbound: { secrets: [SECRET] }, outbound: OUTBOUND });
    await put({ dryRun: true });
    await harness.request("DELETE", "/v1/desks/main");
    const audit = await (await harness.request("GET", "/v1/audit")).text();
    for (const action of ["desk_created", "desk_changed", "desk_removed"]) {
      expect(audit).toContain(action);
    }
    expect(audit).not.toContain(SECRET);
    expect(audit).not.toContain(TOKEN);
  });

  it.each([
    ["an unknown kind", { kind: "carrier_pigeon" }, "invalid_request"],
    ["a field that it does not have", { outbound: { ...OUTBOUND, more: 1 } }, "invalid_request"],
    ["too many secrets", { inbound: { secrets: Array(5).fill(SECRET) } }, "invalid_request"],
    ["a status that is none", { mapping: { status: { open: "ajar" } } }, "invalid_request"],
  ])("with %s is refused", async (_, body, code) => {
    const response = await put(body);
    expect(((await response.json()) as { code: string }).code).toBe(code);
  });
});

describe("a desk's message", () => {
  beforeEach(setUp);

  it("begins the session of its conversation, which is linked, and ends up once in its history", async () => {
    for (const _ of [1, 2, 3]) expect((await deliver(messageBody())).status).toBe(200);
    expect(await session()).toMatchObject({
      channel: "web_widget",
      user: "5",
      state: "active",
      queue: "queued",
      links: [{ desk: "main", conversation: "12", ticket: "12" }],
      ticket: { id: "12", status: "open" },
    });
    const { transitions } = await harness.json<{ transitions: object[] }>("GET", "/v1/transitions");
    expect(transitions).toMatchObject([
      { to: { state: "active" } },
      { ticketChanges: { status: { to: "open" } } },
    ]);
  });

  it("links its conversation in one commit, which keeps what the session has", async () => {
    const commits: Write[] = [];
    const { store } = harness;
    const commit = store.commit.bind(store);
    store.commit = (writes) => {
      commits.push(...writes);
      return commit(writes);
    };
    await deliver(conversationBody("conversation_created"));
    expect(commits[0]?.session.links).toEqual([{ desk: "main", conversation: "12", ticket: "12" }]);
    expect(commits[0]).toMatchObject({ expectedVersion: 0, session: { ticket: { id: "12" } } });
    const links = [{ desk: "other", conversation: "1", ticket: "70" }];
    await harness.request("PUT", SESSION, { links, user: "u", ticket: { id: "70" } });
    commits.length = 0;
    await deliver(messageBody());
    expect(commits[0]?.session).toMatchObject({
      user: "u",
      ticket: { id: "70" },
      links: [...links, { desk: "main", conversation: "12", ticket: "12" }],
    });
  });

  it("is refused if it is forged, stale or of an unknown desk, and changes nothing", async () => {
    expect((await deliver(messageBody(), "another secret")).status).toBe(401);
    expect((await deliver(messageBody(), SECRET, "unknown")).status).toBe(404);
    expect((await harness.request("GET", SESSION)).status).toBe(404);
    expect(await harness.json("GET", "/v1/desks/main")).toMatchObject({ refused: 1 });
  });

  it("is not limited by those that are read at the same time", async () => {
    const answers = await Promise.all(
      Array.from({ length: 120 }, (_, id) => deliver(messageBody({ id }))),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });

  it("is limited by address once too many were refused", async () => {
    const statuses = [];
    for (let count = 0; count < 60; count += 1) {
      statuses.push((await deliver(messageBody(), "another secret")).status);
    }
    expect(statuses).toContain(429);
    harness.aheadMs += 1_000;
    for (let count = 0; count < 60; count += 1) {
      expect((await deliver(messageBody())).status).toBe(200);
    }
  });

  it("of more than 1 MiB is refused", async () => {
    const body = messageBody({ content: "x".repeat(1_100_000) });
    expect((await deliver(body)).status).toBe(413);
  });

  it("binds the page that stamped the conversation", async () => {
    await harness.request("PATCH", "/v1/settings", { binding: "capability", termsAccepted: true });
    const secret = "a secret of the page, at random";
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret));
    const stillhere = btoa(String.fromCharCode(...new Uint8Array(digest)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
    const custom_attributes = { stillhere };
    await deliver(messageBody({ conversation: { custom_attributes } }));
    const key = { account: "default", id: "main-12" };
    const [found] = await harness.store.load([{ key, eventIds: [] }]);
    expect(found?.stored?.session.bindings).toEqual([hexOf(new Uint8Array(digest))]);
  });

  it("that repeats what was written to the desk changes nothing", async () => {
    await deliver(messageBody());
    const conversations = new Conversations(harness.store.admin);
    await harness.request("POST", `${SESSION}/events`, {
      type: "ticket_updated",
      status: "solved",
    });
    const key = { account: "default", id: "main-12" };
    const [found] = await harness.store.load([{ key, eventIds: [] }]);
    const sessionCreatedAt = found?.stored?.session.createdAt ?? 0;
    const named = { account: "default", desk: "main", conversation: "12", sessionCreatedAt };
    await conversations.update(named, harness.clock.now(), (before) => ({
      ...before,
      known: noteWritten(before.known, { status: "solved" }, harness.clock.now()),
    }));
    await harness.request("POST", `${SESSION}/events`, { type: "ticket_updated", status: "open" });
    const updated_at = harness.clock.now() / 1_000 + 5;
    await deliver(conversationBody("conversation_updated", { status: "resolved", updated_at }));
    expect(await session()).toMatchObject({ ticket: { status: "open" } });
  });
});

it("is taken again for a conversation whose session was erased", async () => {
  await setUp();
  await deliver(conversationBody("conversation_updated", { status: "resolved" }));
  expect(await session()).toMatchObject({ ticket: { status: "solved" } });
  await harness.request("DELETE", SESSION);
  harness.aheadMs += 1_000;
  await deliver(conversationBody("conversation_updated", { status: "resolved" }));
  expect(await session()).toMatchObject({ ticket: { status: "solved" } });
});

describe("any order and number of copies of a desk's messages", () => {
  const STATUSES = ["open", "pending", "snoozed", "resolved"];
  const change = fc.record({
    status: fc.constantFrom(...STATUSES),
    priority: fc.constantFrom("low", "urgent", null),
    labels: fc.subarray(["vip", "late"]),
    team: fc.constantFrom(null, { id: 2, name: "billing" }),
    assignee: fc.constantFrom(null, { id: 9 }, { id: 10 }),
  });

  it("ends in the same state, as far as the times tell", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
        async (changes, order) => {
          const base = Math.floor(Date.now() / 1_000) - 1_000;
          const bodies = changes.map(({ team, assignee, ...fields }, index) =>
            conversationBody("conversation_updated", {
              ...fields,
              meta: { team, assignee },
              updated_at: base + index,
            }),
          );
          const ends = [];
          for (const picks of [bodies, shuffled(bodies, order)]) {
            harness = await TestApp.create();
            await setUp();
            for (const body of picks) await deliver(body);
            const { ticket, assignee, links } = await session();
            ends.push({ ticket, assignee, links });
          }
          expect(ends[1]).toEqual(ends[0]);
        },
      ),
      { numRuns: 60 },
    );
  });

  /** Each at least once, in an order and with copies that `order` decides. */
  function shuffled<T>(all: readonly T[], order: readonly number[]): readonly T[] {
    const copies = [...all, ...order.map((pick) => all[pick % all.length] as T)];
    return copies
      .map((each, index) => [order[index % order.length] ?? 0, index, each] as const)
      .sort(([a, i], [b, j]) => ((a * 31 + i * 17) % 101) - ((b * 31 + j * 17) % 101))
      .map(([, , each]) => each);
  }
});
