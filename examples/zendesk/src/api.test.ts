/**
 * The API of the stand-in, as a client of Zendesk's own API uses it: `node-zendesk`, which is not of this project,
 * reads and updates tickets. Requests and answers are as the vendor describes them.
 */
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import zendesk from "node-zendesk";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { EMPTY_MAPPING } from "../../../packages/collector/src/desks/mapping.ts";
import { zendeskSink } from "../../../packages/collector/src/desks/zendesk/sink.ts";
import { differencesOf } from "../../../packages/collector/src/desks/zendesk/testing/shapes.ts";
import { Api } from "./api.ts";
import { FIELD, show, type Ticket, Tickets } from "./tickets.ts";

const ACCESS = { email: "admin@shop.example", apiToken: "a_token" };
const AUTHORIZATION = `Basic ${btoa(`${ACCESS.email}/token:${ACCESS.apiToken}`)}`;
const [ONLINE, OFFLINE] = FIELD.options;

let server: ReturnType<typeof serve>;
let address: string;
let api: Api;
let ticket: Ticket;
/** What differs from the description, of all requests so far. */
let differences: string[];
let events: string[];

beforeAll(async () => {
  const port = await new Promise<number>((resolve) => {
    const fetch = async (request: Request) => {
      const app = new Hono().route("/api/v2", api.routes);
      const answer = await app.fetch(request);
      const { pathname } = new URL(request.url);
      const body: unknown = await answer.clone().json();
      differences.push(...differencesOf(request.method, pathname, answer.status, body));
      return answer;
    };
    // A connection that is kept must not end between two requests of a test, however long they take.
    const serverOptions = { keepAliveTimeout: 600_000 };
    server = serve({ fetch, hostname: "127.0.0.1", port: 0, serverOptions }, (info) =>
      resolve((info as AddressInfo).port),
    );
  });
  address = `http://127.0.0.1:${port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

beforeEach(() => {
  events = [];
  differences = [];
  const tickets = new Tickets();
  api = new Api(tickets, (_, names) => events.push(...names), ACCESS);
  ticket = tickets.create("c1", "388");
});

/** Again where it is refused before its limit, or someone else was faster. */
async function call(method: string, path: string, body?: unknown): Promise<Response> {
  for (;;) {
    const answer = await fetch(`${address}/api/v2${path}`, {
      method,
      headers: { Authorization: AUTHORIZATION, "Content-Type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (answer.status !== 429 || answer.headers.get("Retry-After") !== "1") return answer;
    await answer.text();
  }
}

it("a client that is not of this project reads a ticket and updates it", async () => {
  const client = zendesk.createClient({
    username: ACCESS.email,
    token: ACCESS.apiToken,
    endpointUri: `${address}/api/v2`,
  });
  const read = (await client.tickets.show(ticket.id)) as { result: Record<string, unknown> };
  expect(read.result).toMatchObject({ id: 141, status: "new", tags: [] });
  const fields = { status: "open", custom_fields: [{ id: FIELD.id, value: ONLINE }] };
  await client.tickets.update(ticket.id, { ticket: fields } as never);
  expect(show(ticket)).toMatchObject({ status: "open", tags: [ONLINE] });
  expect(events).toEqual(["status_changed", "custom_field_changed", "tags_changed"]);
  await client.tickets.update(ticket.id, { ticket: { tags: [ONLINE, "vip"] } } as never);
  expect(show(ticket)).toMatchObject({ tags: [ONLINE, "vip"], custom_fields: [{ value: ONLINE }] });
  expect(api.refused).toEqual([]);
  expect(differences).toEqual([]);
});

it("the collector's own requests are accepted, found out of date, and made again", async () => {
  const outbound = {
    ...ACCESS,
    baseUrl: address,
    field: { id: String(FIELD.id), online: ONLINE, offline: OFFLINE },
  };
  for (const presence of ["online", "offline", "online", "offline", "online"] as const) {
    const standing = { conversation: "c1", ticket: "141", presence, reason: null, changed: {} };
    let step: unknown = zendeskSink.call(standing, null, outbound, EMPTY_MAPPING);
    while (typeof step === "object" && step !== null) {
      const { method, path, body, next } = step as NonNullable<ReturnType<typeof zendeskSink.call>>;
      const answer = await call(method, path.replace("/api/v2", ""), body);
      step = next({ status: answer.status, headers: {}, body: await answer.json() });
    }
    expect(step).toBe("done");
    expect(ticket.tags).toEqual([presence === "online" ? ONLINE : OFFLINE]);
  }
  expect(api.counts.outdated).toBeGreaterThan(0);
  expect(api.counts.early).toBeGreaterThan(0);
  expect([api.refused, differences]).toEqual([[], []]);
});

it.each([
  ["a status that no request can set", { status: "new" }],
  ["a priority in upper case", { priority: "HIGH" }],
  ["a group that is not there", { group_id: 5 }],
  ["a value that the field does not have", { custom_fields: [{ id: FIELD.id, value: "away" }] }],
  ["a tag with a space", { tags: ["two words"] }],
  ["a field that is not there", { presence: "online" }],
])("refuses %s", async (_, fields) => {
  const answer = await call("PUT", "/tickets/141.json", { ticket: fields });
  expect(answer.status).toBe(422);
  expect(api.refused).toHaveLength(1);
});

it("replaces the tags by an update, which clears the field, and adds and removes them by their own requests", async () => {
  await call("PUT", "/tickets/141/tags.json", { tags: ["vip", ONLINE] });
  expect(show(ticket).custom_fields).toEqual([{ id: FIELD.id, value: ONLINE }]);
  await call("PUT", "/tickets/141.json", { ticket: { tags: ["Other"] } });
  expect(show(ticket)).toMatchObject({ tags: ["other"], custom_fields: [{ value: null }] });
  await call("POST", "/tickets/141/tags.json", { tags: ["a", "b"] });
  await call("DELETE", "/tickets/141/tags.json", { tags: ["a"] });
  expect(await (await call("GET", "/tickets/141/tags.json")).json()).toEqual({ tags: ["b"] });
  expect(differences).toEqual([]);
});

it("takes 30 updates of a ticket in ten minutes, and says how long to wait", async () => {
  const answers: Response[] = [];
  for (let count = 0; count <= 30; count += 1) {
    const tags = [`t${count}`];
    answers.push(await call("PUT", "/tickets/141.json", { ticket: { tags } }));
  }
  expect(answers.map(({ status }) => status).lastIndexOf(200)).toBe(29);
  expect(answers.at(-1)?.status).toBe(429);
  expect(Number(answers.at(-1)?.headers.get("Retry-After"))).toBeGreaterThan(1);
  expect(api.counts.limited).toBe(1);
});

it("answers a wrong token as somebody unknown where it asks who it is, and refuses it elsewhere", async () => {
  const headers = { Authorization: "Basic b3RoZXI=" };
  const me = await fetch(`${address}/api/v2/users/me.json`, { headers });
  expect(await me.json()).toMatchObject({ user: { role: "end-user" } });
  const other = await fetch(`${address}/api/v2/tickets/141.json`, { headers });
  expect(other.status).toBe(401);
});
