/**
 * What Zendesk is told: one update of the ticket, which is refused if the ticket was changed since it was read.
 */
import { describe, expect, it } from "vitest";
import type { Changed, DeskAnswer, DeskCall, Standing, Step } from "../desk.ts";
import { EMPTY_MAPPING, type Mapping } from "../mapping.ts";
import { type ZendeskOutbound, zendeskSink } from "./sink.ts";
import { zendesk } from "./zendesk.ts";

const MAPPING: Mapping = { ...EMPTY_MAPPING, ...zendesk.mapping, group: { "77": "billing" } };
const ACCESS = { baseUrl: "https://shop.zendesk.com", email: "bot@shop.example", apiToken: "t0k" };
const outboundOf = (fields: object) =>
  zendesk.outbound.parse({ ...ACCESS, ...fields }) as ZendeskOutbound;
const FIELD = outboundOf({
  field: { id: "9", online: "visitor_online", offline: "visitor_offline" },
});
const TAGS = outboundOf({ tags: { online: "here", offline: "gone" } });
const STAMP = "2026-11-20T11:59:59Z";

const standing = (changed: Changed = {}, fields: Partial<Standing> = {}): Standing => ({
  conversation: "c1",
  ticket: "141",
  presence: "offline",
  reason: "user_offline",
  changed,
  ...fields,
});

const ticketWith = (fields: object = {}): DeskAnswer => ({
  status: 200,
  headers: {},
  body: { ticket: { id: 141, updated_at: STAMP, tags: [], custom_fields: [], ...fields } },
});

function begin(now = standing(), outbound: ZendeskOutbound = FIELD): DeskCall {
  const call = zendeskSink.call(now, null, outbound, MAPPING);
  if (!call) throw new Error("Nothing is to be told.");
  return call;
}

function callOf(step: Step): DeskCall {
  if (typeof step !== "object") throw new Error(`It ends with ${step}.`);
  return step;
}

const updateOf = (step: Step) => (callOf(step).body as { ticket: Record<string, unknown> }).ticket;

describe("the sink", () => {
  it("sets the field in one update that is safe against others", () => {
    const read = begin();
    expect(read).toMatchObject({
      method: "GET",
      path: "/api/v2/tickets/141.json",
      headers: { authorization: `Basic ${btoa("bot@shop.example/token:t0k")}` },
    });
    const put = callOf(read.next(ticketWith()));
    expect(put).toMatchObject({ method: "PUT", path: read.path });
    expect(put.body).toEqual({
      ticket: {
        custom_fields: [{ id: 9, value: "visitor_offline" }],
        safe_update: true,
        updated_stamp: STAMP,
      },
    });
    expect(put.next({ status: 200, headers: {}, body: {} })).toBe("done");
  });

  it("sets one of two tags beside those that are there", () => {
    const put = begin(standing(), TAGS).next(ticketWith({ tags: ["vip", "here"] }));
    expect(updateOf(put)).toMatchObject({ tags: ["vip", "gone"] });
  });

  it("keeps the field's own tag where other tags change, which would clear the field", () => {
    const now = standing({ tags: { added: ["abandoned"], removed: ["vip"] } });
    const put = begin(now).next(ticketWith({ tags: ["vip", "visitor_online"] }));
    expect(updateOf(put)).toMatchObject({
      custom_fields: [{ id: 9, value: "visitor_offline" }],
      tags: ["abandoned", "visitor_offline"],
    });
  });

  it("tells status, priority and group that triggers have changed, with the desk's words", () => {
    const now = standing({ status: "solved", priority: "low", group: "billing" });
    const theirs = { status: "open", priority: null, group_id: 3 };
    expect(updateOf(begin(now).next(ticketWith(theirs)))).toMatchObject({
      status: "solved",
      priority: "low",
      group_id: 77,
    });
  });

  it("sends nothing that the desk has", () => {
    const written = { presence: "offline", reason: "user_offline" } as const;
    expect(zendeskSink.call(standing(), written, FIELD, MAPPING)).toBeNull();
    expect(zendeskSink.call(standing({}, { ticket: null }), null, FIELD, MAPPING)).toBeNull();
    const same = { custom_fields: [{ id: 9, value: "visitor_offline" }], status: "solved" };
    expect(begin(standing({ status: "solved" })).next(ticketWith(same))).toBe("done");
    expect(begin(standing(), TAGS).next(ticketWith({ tags: ["gone"] }))).toBe("done");
  });

  it("reads again what was changed meanwhile", () => {
    const put = callOf(begin().next(ticketWith()));
    const again = callOf(put.next({ status: 409, headers: {}, body: {} }));
    expect(again.method).toBe("GET");
    const later = { updated_at: "2026-11-20T12:00:00Z" };
    expect(updateOf(again.next(ticketWith(later)))).toMatchObject({
      updated_stamp: later.updated_at,
    });
  });

  it("replaces nothing by what it has not understood", () => {
    const odd = [{ tags: null }, { tags: ["vip", 5] }, { updated_at: null }];
    for (const fields of odd) expect(begin().next(ticketWith(fields))).toBe("retry");
    expect(begin().next({ status: 200, headers: {}, body: null })).toBe("retry");
    expect(begin().next({ status: 404, headers: {}, body: {} })).toBe("gone");
    expect(begin().next({ status: 422, headers: {}, body: {} })).toBe("retry");
  });

  it("has no words for a new or closed ticket, nor for a group without a number", () => {
    const changed: Changed = { status: "closed", priority: null, group: "sales" };
    expect(zendeskSink.tellable(changed, FIELD, MAPPING)).toEqual({});
    const all: Changed = {
      status: "hold",
      priority: "high",
      group: "billing",
      tags: { added: ["a"], removed: [] },
    };
    expect(zendeskSink.tellable(all, FIELD, MAPPING)).toEqual(all);
    expect(zendeskSink.tellable({ status: "new", group: null }, FIELD, MAPPING)).toEqual({
      group: null,
    });
  });
});

describe("what an admin enters", () => {
  it("has a field or tags, not both", () => {
    const tags = { online: "here", offline: "gone" };
    const field = { id: "9", ...tags };
    expect(zendesk.outbound.safeParse(ACCESS).success).toBe(false);
    expect(zendesk.outbound.safeParse({ ...ACCESS, tags, field }).success).toBe(false);
  });

  it("names the tags that are none of the ticket's", () => {
    expect(zendeskSink.ownTags?.(FIELD)).toEqual(["visitor_online", "visitor_offline"]);
    expect(zendeskSink.ownTags?.(TAGS)).toEqual(["here", "gone"]);
  });

  it("is tested by reading the field, or whose token it is", () => {
    const test = zendeskSink.test(FIELD);
    expect(test.path).toBe("/api/v2/ticket_fields/9.json");
    const options = (...values: string[]) => ({
      status: 200,
      headers: {},
      body: { ticket_field: { custom_field_options: values.map((value) => ({ value })) } },
    });
    expect(test.next(options("visitor_online", "visitor_offline"))).toBe("done");
    expect(test.next(options("visitor_online"))).toBe("misconfigured");
    expect(test.next({ status: 404, headers: {}, body: {} })).toBe("misconfigured");
    const me = zendeskSink.test(TAGS);
    expect(me.path).toBe("/api/v2/users/me.json");
    expect(me.next({ status: 200, headers: {}, body: { user: { id: 1, role: "admin" } } })).toBe(
      "done",
    );
    expect(
      me.next({ status: 200, headers: {}, body: { user: { id: null, role: "end-user" } } }),
    ).toBe("misconfigured");
  });
});
