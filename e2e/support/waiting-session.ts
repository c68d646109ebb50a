/**
 * A waiting session that a test creates through the API, for pages outside the shop.
 * @module
 */

import type { Fixture } from "../visitor.ts";
import type { PresenceTag } from "./site.ts";

/** Creates a session that waits in the queue; resolves to what its script tag needs. */
export async function createWaitingSession(
  fixture: Fixture,
  session: string,
): Promise<PresenceTag> {
  const { collector, proxy } = fixture;
  await collector.request("PUT", `/v1/sessions/${session}`, { channel: "web_widget" });
  await collector.request("POST", `/v1/sessions/${session}/events`, { type: "end_user_message" });
  const { token } = await collector.request<{ token: string }>("POST", "/v1/tokens", { session });
  return { collector: proxy.url, key: collector.keys.publishable, session, token };
}
