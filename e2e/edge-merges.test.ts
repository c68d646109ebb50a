/**
 * Merges (rule 26) at the edge, of two sessions in two shards: an old id acts on the survivor, and a shard
 * that ends between two steps completes its merge by its alarm.
 */
import { afterEach, describe, expect, it } from "vitest";
import { candidateShards } from "../packages/collector/src/stores/durable-object/placement.ts";
import { EdgeSite, KEYS } from "./support/edge-site.ts";
import { signToken } from "./support/token.ts";
import { until } from "./support/wait.ts";

const SHARDS = 2;
const [OLD, SURVIVOR] = ["guest", "signed-in"];
const shardOf = (id: string) => candidateShards(id, [SHARDS]).at(0);

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

const sites: EdgeSite[] = [];
afterEach(async () => {
  for (const site of sites.splice(0)) await site.stop();
});

async function start(settings: object = SETTINGS): Promise<EdgeSite> {
  const site = await EdgeSite.start(settings, { shards: SHARDS });
  sites.push(site);
  return site;
}

interface Answer {
  readonly duplicate: boolean;
  readonly session: { readonly id: string };
}

const merge = (site: EdgeSite, id = OLD, into = SURVIVOR) =>
  site.request<Answer>("POST", `/v1/sessions/${id}/events`, { type: "merged", into });

const message = (site: EdgeSite, id: string) =>
  site.request<Answer>("POST", `/v1/sessions/${id}/events`, { type: "end_user_message" });

const listed = async (site: EdgeSite) => {
  const list = await site.request<{ sessions: { id: string }[] }>("GET", "/v1/sessions");
  return list.sessions.map(({ id }) => id);
};

const queued = async (site: EdgeSite) => {
  const { queued } = await site.request<{ queued: { session: string }[] }>("GET", "/v1/queue");
  return queued.map(({ session }) => session);
};

/** To which presences the session's transitions led. */
const presences = async (site: EdgeSite, id: string) => {
  const path = `/v1/sessions/${id}/transitions`;
  const history = await site.request<{ transitions: { to: { presence: string } }[] }>("GET", path);
  return history.transitions.map(({ to }) => to.presence);
};

it("the two sessions are in two shards", () => {
  expect([shardOf(OLD), shardOf(SURVIVOR)]).toEqual([0, 1]);
});

describe("a session that was merged into one of another shard", () => {
  it("stands for the survivor: when it is read, in events and signals, and not in lists", async () => {
    const site = await start();
    const page = site.page(OLD);
    await page.open();
    await message(site, OLD);
    expect(await merge(site)).toMatchObject({ session: { id: SURVIVOR } });
    const survivor = { id: SURVIVOR, presence: "online", state: "active", queue: "queued" };
    expect(await site.session(OLD)).toMatchObject(survivor);
    expect(await site.session(SURVIVOR)).toEqual(await site.session(OLD));
    expect(await listed(site)).toEqual([SURVIVOR]);
    expect(await queued(site)).toEqual([SURVIVOR]);
    expect(await message(site, OLD)).toMatchObject({ session: { id: SURVIVOR } });
    expect(await page.beat()).toEqual({ nextMs: 20_000 });
    await page.leave();
    await until("the survivor to be offline", async () => {
      return (await site.session(SURVIVOR)).presence === "offline";
    });
    expect(await listed(site)).toEqual([SURVIVOR]);
  });

  it("stands for the survivor in tokens", async () => {
    const site = await start({ ...SETTINGS, binding: "token" });
    await site.request("PUT", `/v1/sessions/${OLD}`, {});
    await merge(site);
    const claims = { aud: "default", sid: OLD, exp: Date.now() / 1_000 + 600 };
    const token = signToken(KEYS.token, claims);
    const signal = { session: OLD, token, page: "p", gen: 0, visible: true, armed: false };
    await site.signal({ ...signal, type: "open", seq: 1 });
    await site.signal({ ...signal, type: "beat", seq: 2 });
    expect(await site.session(SURVIVOR)).toMatchObject({ id: SURVIVOR, presence: "online" });
    // The token is of the old id alone.
    const foreign = site.signal({ ...signal, session: SURVIVOR, type: "beat", seq: 3 });
    await expect(foreign).rejects.toThrow("token_other_session");
  });

  it.each([OLD, SURVIVOR])("is erased with the survivor by erasing %s", async (erased) => {
    const site = await start();
    const page = site.page(OLD);
    await page.open();
    await merge(site);
    await site.request("DELETE", `/v1/sessions/${erased}`);
    for (const id of [OLD, SURVIVOR]) await expect(site.session(id)).rejects.toThrow("404");
    for (const id of [OLD, SURVIVOR]) {
      await expect(site.request("GET", `/v1/sessions/${id}/transitions`)).rejects.toThrow("404");
    }
    expect(await listed(site)).toEqual([]);
    expect(await page.beat()).toEqual({ nextMs: 0 });
    expect(await listed(site)).toEqual([]);
  });
});

it("two sessions that are merged into one another at the same time become one", async () => {
  const site = await start();
  for (const id of [OLD, SURVIVOR]) await message(site, id);
  const answers = await Promise.all([merge(site), merge(site, SURVIVOR, OLD)]);
  const ids = new Set(answers.map(({ session }) => session.id));
  expect(ids.size).toBe(1);
  expect(await listed(site)).toEqual([...ids]);
  expect(await queued(site)).toEqual([...ids]);
});

describe("a merge is completed by the old session's alarm", () => {
  it.each([
    [OLD, "after", "merge_begun"],
    [SURVIVOR, "before", "merge_taken"],
    [SURVIVOR, "after", "merge_taken"],
    [OLD, "before", "merge_ended"],
  ])("if the shard of %s ends %s %s", async (id, when, input) => {
    const site = await start();
    await site.page(OLD).open();
    await message(site, OLD);
    await site.request("POST", `/test/${shardOf(id)}/crash-${when}/${input}`);
    await expect(merge(site)).rejects.toThrow("503");
    // Reading completes no merge.
    await until("the merge to be complete", async () => (await listed(site))[0] === SURVIVOR);
    await until("the alias", async () => (await site.session(OLD)).id === SURVIVOR);
    const survivor = { id: SURVIVOR, presence: "online", state: "active", queue: "queued" };
    expect(await site.session(OLD)).toMatchObject(survivor);
    expect(await listed(site)).toEqual([SURVIVOR]);
    expect(await queued(site)).toEqual([SURVIVOR]);
    for (const id of [OLD, SURVIVOR]) expect(await presences(site, id)).not.toContain("offline");
  });
});
