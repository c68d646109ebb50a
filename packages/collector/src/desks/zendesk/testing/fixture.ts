/**
 * Zendesk for the conformance suite of desks: the part of its API that the sink uses, in memory.
 */
import type { ApiRequest, DeskApi, DeskFixture } from "../../../suite/desk/index.ts";
import { base64Of, hmacOf } from "../../signature.ts";
import { zendesk } from "../zendesk.ts";
import { BODIES, type Fields, messageBody, ticketBody } from "./bodies.ts";

const CONVERSATION = "67ab5f53a96f98663935c3f2";
const TICKET = /^\/api\/v2\/tickets\/(?:141|67ab5f53a96f98663935c3f2)\.json$/;
const FIELD = { id: "9", online: "visitor_online", offline: "visitor_offline" };

export const zendeskFixture: DeskFixture = {
  desk: zendesk,
  outbound: {
    baseUrl: "https://shop.zendesk.com",
    email: "bot@shop.example",
    apiToken: "a_token_of_an_admin",
    field: FIELD,
  },
  conversation: CONVERSATION,
  bodies: BODIES,
  changes(startMs) {
    const at = (body: Fields, second: number): Fields => ({
      ...body,
      time: new Date(startMs + second * 1_000).toISOString().replace("Z", "571515Z"),
    });
    return [
      at(messageBody(), 0),
      at(ticketBody("priority_changed", { priority: "HIGH", assignee_id: null }), 1),
      at(ticketBody("status_changed", { status: "HOLD", group_id: null, tags: [] }), 2),
      at(ticketBody("agent_assignment_changed", { priority: null }), 3),
    ];
  },
  async send(body, secret, nowMs) {
    const text = JSON.stringify(body);
    const timestamp = new Date(nowMs).toISOString();
    const mac = await hmacOf(secret, timestamp, new TextEncoder().encode(text));
    return {
      text,
      headers: {
        "X-Zendesk-Webhook-Signature": base64Of(mac),
        "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
      },
    };
  },
  signs: { body: true, time: true },
  createApi(): DeskApi {
    let version = 0;
    const ticket: Record<string, unknown> = {
      id: 141,
      status: "open",
      priority: null,
      group_id: 8447320466430,
      tags: ["vip"],
      custom_fields: [{ id: 9, value: null }],
    };
    const updatedAt = () => new Date(Date.UTC(2026, 10, 20) + version * 1_000).toISOString();
    const shown = () => ({ ...ticket, updated_at: updatedAt() });

    function update({ safe_update, updated_stamp, ...fields }: Fields) {
      if (safe_update && updated_stamp !== updatedAt()) return { status: 409 };
      version += 1;
      const [field] = (fields["custom_fields"] ?? []) as { value: unknown }[];
      Object.assign(ticket, fields);
      // The value of a drop-down field is a tag besides.
      const values: readonly unknown[] = [FIELD.online, FIELD.offline];
      const tags = (ticket["tags"] as string[]).filter((tag) => !field || !values.includes(tag));
      ticket["tags"] = field ? [...tags, field.value] : tags;
      return { status: 200, body: { ticket: shown() } };
    }

    return {
      answer({ method, path, headers, body }: ApiRequest) {
        const token = btoa("bot@shop.example/token:a_token_of_an_admin");
        if (headers["authorization"] !== `Basic ${token}`) return { status: 401 };
        if (path === "/api/v2/ticket_fields/9.json") {
          const options = [{ value: FIELD.online }, { value: FIELD.offline }];
          return { status: 200, body: { ticket_field: { custom_field_options: options } } };
        }
        if (!TICKET.test(path)) return { status: 404 };
        if (method === "PUT") return update((body as { ticket: Fields }).ticket);
        return { status: 200, body: { ticket: shown() } };
      },
      presence() {
        const [field] = ticket["custom_fields"] as { value: unknown }[];
        if (field?.value === FIELD.online) return "online";
        return field?.value === FIELD.offline ? "offline" : null;
      },
      reports: (nowMs) => [
        {
          ...ticketBody("tags_changed", {
            ...ticket,
            id: "141",
            status: String(ticket["status"]).toUpperCase(),
          }),
          time: new Date(nowMs).toISOString(),
        },
      ],
    };
  },
};
