/**
 * Sunshine Conversations for the conformance suite of desks: the part of its API that the sink uses, in memory.
 */
import type { ApiRequest, DeskApi, DeskFixture } from "../../../suite/desk/index.ts";
import { sunco } from "../sunco.ts";
import {
  conversation,
  createEvent,
  EVENTS,
  type Fields,
  messageEvent,
  postbackEvent,
  requestBody,
} from "./bodies.ts";

const ID = "c93bb9c14dde8ffb94564eae";
const APP = "5d8cff3cd55b040010928b5b";

export const suncoFixture: DeskFixture = {
  desk: sunco,
  outbound: {
    baseUrl: "https://shop.zendesk.com/sc",
    appId: APP,
    keyId: "app_1",
    secret: "a_secret_of_the_app",
  },
  conversation: ID,
  bodies: [...EVENTS.map((event) => requestBody(event)), requestBody(...EVENTS)],
  changes(startMs) {
    const at = (second: number) => new Date(startMs + second * 1_000).toISOString();
    const message = (second: number, id: string): Fields => ({
      ...messageEvent({ id, received: at(second) }),
      id: `event-${id}`,
      createdAt: at(second),
    });
    return [
      requestBody({ ...createEvent(), createdAt: at(0) }),
      requestBody(message(1, "m1")),
      requestBody(message(2, "m2"), { ...postbackEvent(), createdAt: at(2) }),
      requestBody(message(3, "m3")),
    ];
  },
  send: (body, secret) => ({
    text: JSON.stringify(body),
    headers: { "X-API-Key": secret },
  }),
  signs: { body: false, time: false },
  createApi(): DeskApi {
    let metadata: Fields = { order: 7 };
    return {
      answer({ method, path, headers, body }: ApiRequest) {
        if (headers["authorization"] !== `Basic ${btoa("app_1:a_secret_of_the_app")}`) {
          return { status: 401, body: { errors: [{ code: "unauthorized" }] } };
        }
        if (path === `/v2/apps/${APP}`) return { status: 200, body: { app: { id: APP } } };
        if (path !== `/v2/apps/${APP}/conversations/${ID}`) return { status: 404 };
        // It may keep the entries that are not sent; whether it does is not documented.
        if (method === "PATCH") metadata = (body as { metadata: Fields }).metadata;
        return { status: 200, body: { conversation: conversation({ metadata }) } };
      },
      presence: () => (metadata["stillhere_presence"] as "online" | "offline" | undefined) ?? null,
      reports: (nowMs) => [
        requestBody({
          ...messageEvent(
            {
              id: `answer-${nowMs}`,
              received: new Date(nowMs).toISOString(),
              author: { type: "business" },
            },
            { conversation: conversation({ metadata }) },
          ),
          id: `event-${nowMs}`,
          createdAt: new Date(nowMs).toISOString(),
        }),
      ],
    };
  },
};
