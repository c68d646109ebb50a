import { beforeEach, describe, expect, it } from "vitest";
import { MAX_EXAMINED } from "../stores/list.ts";
import { keyOf, sessionOf, writeOf } from "../stores/suite/case.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { TestApp } from "./testing/app.ts";

interface Found {
  readonly sessions: readonly { readonly id: string; readonly changedAt: string }[];
  readonly cursor: string | null;
  readonly stopped: boolean;
}

let test: TestApp;
beforeEach(async () => {
  test = await TestApp.create();
});

const put = (id: string, body: object) => test.json("PUT", `/v1/sessions/${id}`, body);
const find = (query: string) => test.json<Found>("GET", `/v1/sessions?${query}`);
const idsOf = async (query: string) => (await find(query)).sessions.map(({ id }) => id);

describe("GET /v1/sessions", () => {
  it("finds sessions by what a desk knows of them", async () => {
    const ticket = { id: "4711", status: "open", group: "support", tags: ["vip", "été"] };
    await put("conv_1", { user: "u_1", assignee: "ann", ticket });
    await put("conv_2", { user: "Zoë", ticket: { id: "4712", tags: ["vip"] } });
    await put("conv_3", { user: "u_1" });
    expect(await idsOf("ticket=4711")).toEqual(["conv_1"]);
    expect(await idsOf("ticket=47")).toEqual([]);
    expect(await idsOf("user=u_1")).toEqual(["conv_1", "conv_3"]);
    expect(await idsOf("user=u_1&ticket=4711&tag=vip&group=support")).toEqual(["conv_1"]);
    expect(await idsOf("tag=vip")).toEqual(["conv_1", "conv_2"]);
    expect(await idsOf("assignee=ann&user=u_2")).toEqual([]);
    expect(await idsOf("q=zoe")).toEqual(["conv_2"]);
    expect(await idsOf("q=ETE")).toEqual(["conv_1"]);
    expect(await idsOf("q=471")).toEqual(["conv_1", "conv_2"]);
    await put("conv_1", { user: null, ticket: { id: "4713" } });
    expect(await idsOf("ticket=4711")).toEqual([]);
    expect(await idsOf("ticket=4713")).toEqual(["conv_1"]);
    expect(await idsOf("user=u_1")).toEqual(["conv_3"]);
    await test.request("DELETE", "/v1/sessions/conv_1");
    expect(await idsOf("ticket=4713")).toEqual([]);
  });

  it("finds a ticket within the desk that it came from", async () => {
    const zd = { desk: "zd", conversation: "talk_1", ticket: "4711" };
    const cw = { desk: "cw", conversation: "99", ticket: null };
    await put("conv_1", { links: [zd, { desk: "cw", conversation: "99" }] });
    await put("conv_2", { links: [{ ...zd, desk: "cw" }], ticket: { id: "5" } });
    await put("conv_3", { ticket: { id: "4711" } });
    expect(await test.json("GET", "/v1/sessions/conv_1")).toMatchObject({ links: [zd, cw] });
    expect(await idsOf("ticket=4711")).toEqual(["conv_1", "conv_2", "conv_3"]);
    expect(await idsOf("desk=zd&ticket=4711")).toEqual(["conv_1"]);
    expect(await idsOf("desk=zd&ticket=5")).toEqual([]);
    expect(await idsOf("desk=cw")).toEqual(["conv_1", "conv_2"]);
    expect(await idsOf("q=TALK")).toEqual(["conv_1", "conv_2"]);
    await put("conv_1", { user: "u_1" });
    expect(await idsOf("desk=zd")).toEqual(["conv_1"]);
    await put("conv_1", { links: [] });
    expect(await idsOf("desk=zd")).toEqual([]);
    expect(await idsOf("ticket=4711")).toEqual(["conv_2", "conv_3"]);
  });

  it("refuses links that are too many, twice the same or without a conversation", async () => {
    const link = (number: number) => ({ desk: "zd", conversation: String(number) });
    const nine = Array.from({ length: 9 }, (_, number) => link(number));
    for (const links of [nine, [link(1), link(1)], [{ desk: "zd" }], [{ ...link(1), extra: 1 }]]) {
      expect((await test.request("PUT", "/v1/sessions/conv_1", { links })).status).toBe(400);
    }
    expect((await test.request("GET", "/v1/sessions/conv_1")).status).toBe(404);
  });

  it("finds sessions by the reason of their state", async () => {
    await put("conv_1", {});
    await put("conv_2", {});
    await test.json("POST", "/v1/sessions/conv_1/events", { type: "session_ended", by: "agent" });
    expect(await idsOf("reason=ended_by_agent")).toEqual(["conv_1"]);
    expect((await test.request("GET", "/v1/sessions?reason=tired")).status).toBe(400);
  });

  it("finds what has changed since, in the order of the changes", async () => {
    await store("conv_1", 3_000);
    await store("conv_2", 1_000);
    await store("conv_3", 2_000);
    expect(await idsOf("sort=changed")).toEqual(["conv_2", "conv_3", "conv_1"]);
    const [first] = (await find("sort=changed")).sessions;
    expect(first?.changedAt).toBe("1970-01-01T00:00:01.000Z");
    expect(await idsOf(`sort=changed&changedAfter=${first?.changedAt}`)).toEqual([
      "conv_3",
      "conv_1",
    ]);
    const range = "changedAfter=1970-01-01T02:00:01.500%2B02:00&changedBefore=1970-01-01T00:00:03Z";
    expect(await idsOf(range)).toEqual(["conv_3"]);
  });

  it("lists a session that changes between two pages again, and misses none", async () => {
    for (const [index, id] of ["a", "b", "c", "d"].entries()) await store(id, index);
    const page = await find("sort=changed&limit=2");
    await store("a", 9_000, 1);
    const rest = await find(`sort=changed&limit=5&cursor=${page.cursor}`);
    expect(rest.sessions.map(({ id }) => id)).toEqual(["c", "d", "a"]);
    expect(rest.cursor).toBeNull();
  });

  it("says when it has examined enough, and continues from there", async () => {
    const ids = Array.from(
      { length: MAX_EXAMINED + 20 },
      (_, number) => `conv_${100_000 + number}`,
    );
    const last = ids.at(-1) ?? "";
    await test.store.commit(ids.map((id) => writeOf(id, { key: keyOf(id, "default") })));
    const { cursor, ...first } = await find(`q=${last}`);
    expect(first).toEqual({ sessions: [], stopped: true });
    const second = await find(`q=${last}&cursor=${cursor}`);
    expect(second.sessions.map(({ id }) => id)).toEqual([last]);
    expect(second).toMatchObject({ cursor: null, stopped: false });
  });

  it("ends a page after 1 MiB, and continues behind its last session", async () => {
    const tags = Array.from({ length: 250 }, (_, number) => `${number}`.padEnd(250, "x"));
    const ids = Array.from({ length: 40 }, (_, number) => `conv_${100 + number}`);
    for (const id of ids) {
      const session = sessionOf(id);
      const large = { ...session, ticket: { ...session.ticket, tags } };
      await test.store.commit([writeOf(id, { key: keyOf(id, "default"), session: large })]);
    }
    const found: string[] = [];
    let pages = 0;
    for (let cursor: string | null = ""; cursor !== null; pages += 1) {
      const query: string = `sort=changed&limit=500${cursor && `&cursor=${cursor}`}`;
      const text = await (await test.request("GET", `/v1/sessions?${query}`)).text();
      expect(text.length).toBeLessThan(1.1 * 2 ** 20);
      const page = JSON.parse(text) as Found;
      expect(page.stopped).toBe(false);
      found.push(...page.sessions.map(({ id }) => id));
      cursor = page.cursor;
    }
    expect(found).toEqual(ids);
    expect(pages).toBe(3);
  });

  it("refuses the cursor of another query, and one that it has not given", async () => {
    await put("conv_1", { user: "u" });
    await put("conv_2", { user: "u" });
    const { cursor } = await find("user=u&limit=1");
    expect(await idsOf(`user=u&limit=7&cursor=${cursor}`)).toEqual(["conv_2"]);
    for (const query of ["limit=1", "user=v", "user=u&sort=changed", "user=u&q=c"]) {
      const problem = await test.json("GET", `/v1/sessions?${query}&cursor=${cursor}`);
      expect(problem).toMatchObject({ status: 400, code: "invalid_cursor" });
      expect(problem["detail"]).toContain("of another query");
    }
    const [signature, , id] = decodeCursor(String(cursor)).split(" ");
    const impossible = encodeCursor([signature, "9".repeat(100), id].join(" "));
    for (const made of ["abc", impossible]) {
      const problem = await test.json("GET", `/v1/sessions?user=u&cursor=${made}`);
      expect(problem).toMatchObject({ status: 400, code: "invalid_cursor" });
    }
  });
});

async function store(id: string, changedAt: number, expectedVersion = 0): Promise<void> {
  const session = sessionOf(id, { changedAt });
  const write = { key: keyOf(id, "default"), session, expectedVersion };
  expect(await test.store.commit([writeOf(id, write)])).toEqual(["committed"]);
}

describe("GET /v1/queue", () => {
  interface Queue {
    readonly queued: readonly { readonly session: string; readonly position: number }[];
    readonly direct: readonly unknown[];
    readonly total: number;
    readonly directTotal: number;
    readonly cursor: string | null;
  }

  const queue = (query: string) => test.json<Queue>("GET", `/v1/queue?${query}`);

  it("has pages with the positions in the whole queue, and its length", async () => {
    for (const id of ["a", "b", "c", "d"]) {
      await put(id, { ticket: { status: "new", group: id === "d" ? "vip" : "support" } });
      await test.json("POST", `/v1/sessions/${id}/events`, { type: "end_user_message" });
    }
    const first = await queue("limit=3");
    expect(first).toMatchObject({ total: 4, directTotal: 0, direct: [] });
    const second = await queue(`limit=3&cursor=${first.cursor}`);
    expect([...first.queued, ...second.queued]).toMatchObject(
      ["a", "b", "c", "d"].map((session, index) => ({ session, position: index + 1 })),
    );
    expect(second).toMatchObject({ total: 4, cursor: null });
    expect(await queue("group=vip")).toMatchObject({
      queued: [{ session: "d", position: 1 }],
      total: 1,
    });
    const other = await test.json("GET", `/v1/queue?group=vip&cursor=${first.cursor}`);
    expect(other).toMatchObject({ status: 400, code: "invalid_cursor" });
  });
});
