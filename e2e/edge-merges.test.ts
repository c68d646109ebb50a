/**
 * Merges (rule 26) at the edge, of two sessions in two shards: an old id acts on the survivor, and a shard
 * that ends between two steps completes its merge by its alarm.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { candidateShards } from "../packages/collector/src/stores/durable-object/placement.ts";
import { EdgeSite, KEYS } from "./support/edge-site.ts";
import { signToken } from "./support/token.ts";
import { until } from "./support/wait.ts";

const SHARDS = 2;
const shardOf = (id: string) => candidateShards(id, [SHARDS]).at(0);

/** The ids of each test, one in each shard. */
let [old, survivor] = ["", ""];
let count = 0;

const BOTH = ["the old one", "the survivor"] as const;
const idOf = (which: (typeof BOTH)[number]) => (which === "the survivor" ? survivor : old);

function idIn(shard: number): string {
  do count += 1;
  while (shardOf(`conv_${count}`) !== shard);
  return `conv_${count}`;
}

/** Leases that outlast a test, so that no visitor goes offline. */
const SETTINGS = {
  presence: {
    mode: "on",
    beatSeconds: { waiting: 20, assigned: 20, hidden: 20, idle: 20 },
    leaseSeconds: { visible: 300, hidden: 300, frozen: 300 },
    bufferSeconds: 1,
    closeBufferSeconds: 1,
    navigationBufferSeconds: 1,
  },
};

let site: EdgeSite;
beforeAll(async () => {
  site = await EdgeSite.start(SETTINGS, { shards: SHARDS });
});
afterAll(() => site?.stop());
beforeEach(async () => {
  for (const id of await listed()) await site.request("DELETE", `/v1/sessions/${id}`);
  [old, survivor] = [idIn(0), idIn(1)];
});

interface Answer {
  readonly duplicate: boolean;
  readonly session: { readonly id: string };
}

const merge = (id = old, into = survivor) =>
  site.request<Answer>("POST", `/v1/sessions/${id}/events`, { type: "merged", into });

const message = (id: string) =>
  site.request<Answer>("POST", `/v1/sessions/${id}/events`, { type: "end_user_message" });

const listed = async () => {
  const list = await site.request<{ sessions: { id: string }[] }>("GET", "/v1/sessions");
  return list.sessions.map(({ id }) => id);
};

const queued = async () => {
  const { queued } = await site.request<{ queued: { session: string }[] }>("GET", "/v1/queue");
  return queued.map(({ session }) => session);
};

/** To which presences the session's transitions led. */
const presences = async (id: string) => {
  const path = `/v1/sessions/${id}/transitions`;
  const history = await site.request<{ transitions: { to: { presence: string } }[] }>("GET", path);
  return history.transitions.map(({ to }) => to.presence);
};

it("the two sessions are in two shards", () => {
  expect([shardOf(old), shardOf(survivor)]).toEqual([0, 1]);
});

describe("a session that was merged into one of another shard", () => {
  it("stands for the survivor: when it is read, in events and signals, and not in lists", async () => {
    const page = site.page(old);
    await page.open();
    await message(old);
    expect(await merge()).toMatchObject({ session: { id: survivor } });
    const merged = { id: survivor, presence: "online", state: "active", queue: "queued" };
    expect(await site.session(old)).toMatchObject(merged);
    expect(await site.session(survivor)).toEqual(await site.session(old));
    expect(await listed()).toEqual([survivor]);
    expect(await queued()).toEqual([survivor]);
    expect(await message(old)).toMatchObject({ session: { id: survivor } });
    expect(await page.beat()).toEqual({ nextMs: 20_000 });
    await page.leave();
    await until("the survivor to be offline", async () => {
      return (await site.session(survivor)).presence === "offline";
    });
    expect(await listed()).toEqual([survivor]);
  });

  it.each(BOTH)("is erased with the survivor by erasing %s", async (erased) => {
    const page = site.page(old);
    await page.open();
    await merge();
    await site.request("DELETE", `/v1/sessions/${idOf(erased)}`);
    for (const id of [old, survivor]) await expect(site.session(id)).rejects.toThrow("404");
    for (const id of [old, survivor]) {
      await expect(site.request("GET", `/v1/sessions/${id}/transitions`)).rejects.toThrow("404");
    }
    expect(await listed()).toEqual([]);
    expect(await page.beat()).toEqual({ nextMs: 0 });
    expect(await listed()).toEqual([]);
  });
});

it("two sessions that are merged into one another at the same time become one", async () => {
  for (const id of [old, survivor]) await message(id);
  const answers = await Promise.all([merge(), merge(survivor, old)]);
  const ids = new Set(answers.map(({ session }) => session.id));
  expect(ids.size).toBe(1);
  expect(await listed()).toEqual([...ids]);
  expect(await queued()).toEqual([...ids]);
});

describe("a merge is completed by the old session's alarm", () => {
  it.each([
    ["the old one", "after", "merge_begun"],
    ["the survivor", "before", "merge_taken"],
    ["the survivor", "after", "merge_taken"],
    ["the old one", "before", "merge_ended"],
  ] as const)("if the shard of %s ends %s %s", async (which, when, input) => {
    await site.page(old).open();
    await message(old);
    await site.request("POST", `/test/${shardOf(idOf(which))}/crash-${when}/${input}`);
    await expect(merge()).rejects.toThrow("503");
    // Reading completes no merge.
    await until("the merge to be complete", async () => (await listed())[0] === survivor);
    await until("the alias", async () => (await site.session(old)).id === survivor);
    const merged = { id: survivor, presence: "online", state: "active", queue: "queued" };
    expect(await site.session(old)).toMatchObject(merged);
    expect(await listed()).toEqual([survivor]);
    expect(await queued()).toEqual([survivor]);
    for (const id of [old, survivor]) expect(await presences(id)).not.toContain("offline");
  });
});

// The last one: every other signal would need a token, too.
describe("where signals need tokens, a session that was merged into one of another shard", () => {
  it("stands for the survivor in tokens", async () => {
    await site.request("PATCH", "/v1/settings", { binding: "token" });
    await site.request("PUT", `/v1/sessions/${old}`, {});
    await merge();
    const claims = { aud: "default", sid: old, exp: Date.now() / 1_000 + 600 };
    const token = signToken(KEYS.token, claims);
    const signal = { session: old, token, page: "p", gen: 0, visible: true, armed: false };
    await site.signal({ ...signal, type: "open", seq: 1 });
    await site.signal({ ...signal, type: "beat", seq: 2 });
    expect(await site.session(survivor)).toMatchObject({ id: survivor, presence: "online" });
    // The token is of the old id alone.
    const foreign = site.signal({ ...signal, session: survivor, type: "beat", seq: 3 });
    await expect(foreign).rejects.toThrow("token_other_session");
  });
});
