/**
 * A session that no shop has begun, for pages of a test's own.
 * @module
 */

import type { Fixture } from "../visitor.ts";
import type { PresenceTag } from "./site.ts";

/** Begins a session that waits in the queue; resolves to what its pages need. */
export async function beginWaiting(scene: Fixture, session: string): Promise<PresenceTag> {
  const { collector, line } = scene;
  await collector.ask("PUT", `/v1/sessions/${session}`, { channel: "web_widget" });
  await collector.ask("POST", `/v1/sessions/${session}/events`, { type: "end_user_message" });
  const { token } = await collector.ask<{ token: string }>("POST", "/v1/tokens", { session });
  return { collector: line.url, key: collector.keys.publishable, session, token };
}
