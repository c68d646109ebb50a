import { beforeAll, describe, expect, it } from "vitest";
import { TestApp } from "./testing/app.ts";

const MIB = 1 << 20;
const SESSIONS = 60;
/** As large as a ticket can be: each session is about 57 kB. */
const TAGS = Array.from({ length: 256 }, (_, index) => `${index} `.padEnd(220, "ü"));

let harness: TestApp;

beforeAll(async () => {
  harness = await TestApp.create();
  for (let number = 0; number < SESSIONS; number += 1) {
    // The body of a request has 64 KiB at most, so the session is made larger in the store.
    const key = { account: "default", id: `conv_${String(number).padStart(2, "0")}` };
    const ticket = { id: `t_${number}`, status: "open", tags: TAGS } as const;
    const inputs = [{ type: "ticket_updated", ticket }] as const;
    await harness.engine.submit({ key, inputs, create: { channel: "web_widget" } });
  }
});

interface Page {
  readonly [list: string]: unknown;
  readonly cursor: string | null;
}

async function pagesOf(path: string, lists: readonly string[], after = "cursor") {
  const pages: { readonly bytes: number; readonly items: readonly unknown[] }[] = [];
  for (let cursor: string | null = null; ; ) {
    const query = cursor === null ? "" : `&${after}=${encodeURIComponent(cursor)}`;
    const text = await (await harness.request("GET", `${path}${query}`)).text();
    const page = JSON.parse(text) as Page;
    const items = lists.flatMap((list) => page[list] as readonly unknown[]);
    if (items.length === 0 && pages.length > 0) return pages;
    pages.push({ bytes: Buffer.byteLength(text), items });
    if (page.cursor === null) return pages;
    cursor = page.cursor;
  }
}

describe("a page of a list ends after 1 MiB, and its cursor continues", () => {
  it.each([
    ["/v1/sessions?limit=500", ["sessions"], "id"],
    ["/v1/sessions?limit=500&sort=changed", ["sessions"], "id"],
    ["/v1/queue?limit=500", ["queued", "direct"], "session"],
  ] as const)("at %s", async (path, lists, name) => {
    const pages = await pagesOf(path, lists);
    expect(pages.length).toBeGreaterThan(2);
    for (const { bytes } of pages) expect(bytes).toBeLessThan(MIB + 1_000);
    const ids = pages.flatMap(({ items }) => items.map((item) => (item as never)[name]));
    expect(ids.toSorted()).toHaveLength(SESSIONS);
    expect(new Set(ids).size).toBe(SESSIONS);
  });

  it("at the history of the account", async () => {
    const pages = await pagesOf("/v1/transitions?limit=500", ["transitions"], "after");
    expect(pages.length).toBeGreaterThan(2);
    for (const { bytes } of pages) expect(bytes).toBeLessThan(MIB + 1_000);
    expect(pages.flatMap(({ items }) => items)).toHaveLength(SESSIONS);
  });

  it("with positions in the queue that continue", async () => {
    const pages = await pagesOf("/v1/queue?limit=500", ["queued"]);
    const positions = pages.flatMap(({ items }) =>
      items.map((item) => (item as { readonly position: number }).position),
    );
    expect(positions).toEqual(Array.from({ length: SESSIONS }, (_, index) => index + 1));
  });
});

it("lists agents with their sessions, page by page", async () => {
  const { store } = harness;
  for (const id of ["ann", "böb", "eve"]) await store.putAgent("default", { id, capacity: 2 });
  const key = { account: "default", id: "conv_00" };
  await harness.engine.submit({ key, inputs: [{ type: "assigned", agent: "dan" }] });
  const pages = await pagesOf("/v1/agents?limit=1", ["agents"]);
  expect(pages.flatMap(({ items }) => items)).toEqual([
    { id: "ann", capacity: 2, held: 0, sessions: [] },
    { id: "böb", capacity: 2, held: 0, sessions: [] },
    { id: "dan", capacity: null, held: 1, sessions: ["conv_00"] },
    { id: "eve", capacity: 2, held: 0, sessions: [] },
  ]);
  const refused = await harness.request("GET", "/v1/agents?cursor=%25");
  expect(await refused.json()).toMatchObject({ code: "invalid_cursor" });
});
