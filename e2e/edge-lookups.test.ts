/**
 * Look-ups at the edge, through the API: they find what those over the memory store find, also while the
 * coordinator refuses what the shards relay to it.
 */
import { afterEach, expect, it } from "vitest";
import { TestApp } from "../packages/collector/src/http/testing/app.ts";
import { exampleLists } from "../packages/collector/src/stores/suite/list-examples.ts";
import type { ListedSession } from "../packages/collector/src/stores/suite/list-model.ts";
import { EdgeSite } from "./support/edge-site.ts";

const SHARDS = 4;
const PAGE = 7;
const QUERIES = 60;

/** Leases that outlast a test, so that no visitor goes offline. */
const SETTINGS = {
  presence: { mode: "on", leaseSeconds: { visible: 300, hidden: 300, frozen: 300 } },
};

const sites: EdgeSite[] = [];
afterEach(async () => {
  for (const site of sites.splice(0)) await site.stop();
});

async function start(settings: object = {}): Promise<EdgeSite> {
  const site = await EdgeSite.start(settings, { shards: SHARDS });
  sites.push(site);
  return site;
}

interface Listed {
  readonly id: string;
  readonly changedAt: string;
  readonly queuedAt: string | null;
}
type Ask = (method: string, path: string, body?: unknown) => Promise<unknown>;

async function listAll(ask: Ask, query: Record<string, string>): Promise<readonly Listed[]> {
  const found: Listed[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const parameters = new URLSearchParams({ ...query, limit: String(PAGE) });
    if (cursor !== "") parameters.set("cursor", cursor);
    const page = (await ask("GET", `/v1/sessions?${parameters}`)) as {
      sessions: Listed[];
      cursor: string | null;
    };
    found.push(...page.sessions);
    cursor = page.cursor;
  }
  return found;
}

interface Queue {
  readonly queued: readonly { readonly session: string; readonly position: number }[];
  readonly total: number;
  readonly cursor: string | null;
}

/** The pages of the queue. */
async function queueOf(ask: Ask): Promise<readonly Queue[]> {
  const pages: Queue[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page = (await ask(
      "GET",
      `/v1/queue?limit=${PAGE}${cursor && `&cursor=${cursor}`}`,
    )) as Queue;
    pages.push(page);
    cursor = page.cursor;
  }
  return pages;
}

const idsOf = async (ask: Ask, query: Record<string, string>) =>
  (await listAll(ask, query)).map(({ id }) => id);

function bodyOf({ user, assignee, ticket, group, tags, links }: ListedSession) {
  return {
    ...{ user, assignee, ticket: { id: ticket, group, tags, status: "new" } },
    links: links.map((link) => {
      const [desk = "", ticket = ""] = link.split(" ");
      return { desk, conversation: `talk-${ticket}`, ticket };
    }),
  };
}

it("finds over the API what the memory store finds, after changes, merges and erasures", async () => {
  const site = await start();
  const edge: Ask = (method, path, body) => site.request(method, path, body);
  const test = await TestApp.create();
  const memory: Ask = (method, path, body) => test.json(method, path, body);
  const { created, changed, erased, queries } = exampleLists(6);
  for (const ask of [edge, memory]) {
    for (const each of [...created, ...changed]) {
      await ask("PUT", `/v1/sessions/${each.id}`, bodyOf(each));
    }
    for (const [index, { id }] of created.slice(0, 8).entries()) {
      const into = created[59 - index]?.id;
      await ask("POST", `/v1/sessions/${id}/events`, { type: "merged", into });
    }
    for (const id of erased.slice(0, 6)) await ask("DELETE", `/v1/sessions/${id}`);
  }
  let found = 0;
  for (const { user, ticket, desk, tag, text, group, sort, state, queue } of queries.slice(
    0,
    QUERIES,
  )) {
    const given = { user, ticket, desk, tag, q: text, group, sort, state, queue };
    const query = Object.fromEntries(
      Object.entries(given).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    );
    const all = await listAll(edge, query);
    const ids = all.map(({ id }) => id);
    // Each deployment has times of its own.
    const wanted = await idsOf(memory, query);
    expect(ids.toSorted(), JSON.stringify(query)).toEqual(wanted.toSorted());
    const at = ({ changedAt, queuedAt }: Listed) =>
      ({ id: "", changed: changedAt, waiting: queuedAt ?? "" })[sort ?? "id"];
    const keys = all.map((each) => `${at(each)} ${each.id}`);
    expect(keys, JSON.stringify(query)).toEqual(keys.toSorted());
    found += ids.length;
  }
  expect(found).toBeGreaterThan(50);
  const pages = await queueOf(edge);
  const waiting = pages.flatMap(({ queued }) => queued);
  const wanted = (await queueOf(memory)).flatMap(({ queued }) => queued);
  expect(pages.length).toBeGreaterThan(1);
  expect(pages.map(({ total }) => total)).toEqual(pages.map(() => wanted.length));
  expect(waiting.map(({ position }) => position)).toEqual(wanted.map((_, index) => index + 1));
  const sessions = (queue: Queue["queued"]) => queue.map(({ session }) => session).sort();
  expect(sessions(waiting)).toEqual(sessions(wanted));
});

it("finds what the coordinator could not take, and holds up no visitor meanwhile", async () => {
  const site = await start(SETTINGS);
  const edge: Ask = (method, path, body) => site.request(method, path, body);
  await edge("PUT", "/v1/sessions/a", { user: "ann", ticket: { id: "1" } });
  const page = site.page("a");
  await page.open();
  // All shards were caught up by now, which holds for a moment.
  expect(await idsOf(edge, { user: "ann" })).toEqual(["a"]);
  await edge("POST", "/test/0/refuse-relays");
  await edge("PUT", "/v1/sessions/b", { user: "ann", ticket: { id: "2" } });
  expect(await idsOf(edge, { user: "ann" })).toEqual(["a", "b"]);
  await edge("PUT", "/v1/sessions/a", { user: "ben", ticket: { id: "2" } });
  expect(await idsOf(edge, { user: "ann" })).toEqual(["b"]);
  expect(await idsOf(edge, { ticket: "2" })).toEqual(["a", "b"]);
  await edge("DELETE", "/v1/sessions/b");
  expect(await idsOf(edge, { ticket: "2" })).toEqual(["a"]);
  expect(await page.beat()).toMatchObject({ nextMs: expect.any(Number) });
  expect((await site.session("a")).presence).toBe("online");
  await edge("POST", "/test/0/take-relays");
  await edge("POST", "/test/0/watchdog");
  expect(await idsOf(edge, { ticket: "2", user: "ben" })).toEqual(["a"]);
});
