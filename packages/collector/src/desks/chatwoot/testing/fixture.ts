/**
 * Chatwoot for the conformance suite of desks.
 */
import type { DeskApi, DeskFixture } from "../../../suite/desk/index.ts";
import { hexOf, hmacOf } from "../../signature.ts";
import { chatwoot } from "../chatwoot.ts";
import { conversationBody, messageBody, typingBody } from "./bodies.ts";
import { FakeChatwoot } from "./desk.ts";

export const HASH_TEXT = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

const BASE_URL = "https://chat.example.com";

export const chatwootFixture: DeskFixture = {
  desk: chatwoot,
  outbound: { baseUrl: `${BASE_URL}/`, accountId: "1", apiAccessToken: "an_access_token" },
  conversation: "12",
  bodies: [
    messageBody(),
    messageBody({ message_type: "outgoing", sender: { id: 1, type: "user" } }),
    conversationBody("conversation_created"),
    conversationBody("conversation_status_changed"),
    conversationBody("conversation_updated", {
      labels: ["vip"],
      custom_attributes: { stillhere: HASH_TEXT },
      meta: { team: { id: 2, name: "billing" }, assignee: { id: 9 } },
    }),
    typingBody(),
  ],
  changes(startMs) {
    const at = (second: number) => ({ updated_at: startMs / 1_000 + second });
    return [
      conversationBody("conversation_created", at(0)),
      conversationBody("conversation_updated", {
        ...{ ...at(1), priority: "high", labels: ["vip"] },
        meta: { assignee: { id: 9 }, team: { id: 2, name: "billing" } },
      }),
      conversationBody("conversation_status_changed", {
        ...{ ...at(2), status: "snoozed", priority: "urgent" },
        meta: { assignee: { id: 10 }, team: null },
      }),
      conversationBody("conversation_status_changed", { ...at(3), status: "open" }),
    ];
  },
  async send(body, secret, nowMs) {
    const text = JSON.stringify(body);
    const timestamp = String(Math.floor(nowMs / 1_000));
    const mac = await hmacOf(secret, `${timestamp}.`, new TextEncoder().encode(text));
    return {
      text,
      headers: {
        "X-Chatwoot-Signature": `sha256=${hexOf(mac)}`,
        "X-Chatwoot-Timestamp": timestamp,
      },
    };
  },
  signs: { body: true, time: true },
  createApi(): DeskApi {
    const fake = new FakeChatwoot();
    const conversation = fake.add("12");
    const attributes = () => conversation.custom_attributes;
    const limits = { timeoutMs: 1_000, signal: new AbortController().signal };
    return {
      answer({ method, path, headers, body }) {
        const text = body === null ? null : JSON.stringify(body);
        return fake.request(
          method as Parameters<typeof fake.request>[0],
          BASE_URL + path,
          headers,
          text,
          limits,
        );
      },
      presence: () => (attributes()["presence"] as "online" | "offline" | undefined) ?? null,
      reports: (nowMs) => [
        conversationBody("conversation_updated", {
          ...conversation,
          ...{ updated_at: nowMs / 1_000, timestamp: nowMs / 1_000 },
        }),
      ],
    };
  },
};
