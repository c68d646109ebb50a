import { randomUUID } from "node:crypto";
import type { Collector } from "./environment.ts";
import { type Patience, Refused, retry } from "./retry.ts";

/** A page that stays open longer than this is no longer heard until its next load. */
const TOKEN_SECONDS = 12 * 60 * 60;

/** A page render waits no longer than this for its token; without one it has no presence. */
const RENDER_WAIT_MS = 1_000;

/** Longest wait for one answer where nobody is kept waiting. */
const ANSWER_WAIT_MS = 5_000;

/** Long enough for a collector to be restarted or moved. */
const PATIENCE: Patience = { firstMs: 100, longestMs: 2_000, forMs: 10 * 60_000 };

/** Everything this shop tells the collector, or asks of it. */
export interface Desk {
  /** Makes the conversation known. The same again changes nothing. */
  introduce(session: string, user: string): Promise<void>;
  /**
   * Reports that the visitor wrote something, at the time it was written.
   * @returns whether the conversation is over, so that the message belongs to another
   */
  visitorWrote(session: string, at: Date): Promise<{ isOver: boolean }>;
  /** Reports that the visitor ended the chat. */
  visitorEnded(session: string, at: Date): Promise<void>;
  /** A token that lets the visitor's page speak for this conversation; null: none to be had now. */
  token(session: string, user: string): Promise<string | null>;
}

/** The server-to-server side: every call carries the secret key, so none may run in a browser. */
export function connectDesk({ url, secret }: Collector): Desk {
  async function call(method: string, path: string, body: object, waitMs: number) {
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(waitMs),
    });
    if (answer.ok) return answer;
    const text = `${method} ${path}: ${answer.status} ${(await answer.text()).slice(0, 300)}`;
    // 408 and 429 ask to come again; any other 4xx would be refused again.
    const final = answer.status < 500 && answer.status !== 408 && answer.status !== 429;
    throw final ? new Refused(answer.status, text) : new Error(text);
  }

  const insist = (method: string, path: string, body: object): Promise<unknown> =>
    retry(PATIENCE, async () => (await call(method, path, body, ANSWER_WAIT_MS)).json());

  const sessionPath = (session: string) => `/v1/sessions/${encodeURIComponent(session)}`;

  // The id is made once, outside the retries: however often it arrives, it counts once.
  const report = (session: string, event: { type: string; at: string; by?: string }) =>
    insist("POST", `${sessionPath(session)}/events`, { id: randomUUID(), ...event });

  return {
    async introduce(session, user) {
      await insist("PUT", sessionPath(session), { channel: "web_widget", user });
    },

    async visitorWrote(session, at) {
      const event = { type: "end_user_message", at: at.toISOString() };
      const answer = (await report(session, event)) as { session?: { state?: string } };
      return { isOver: answer.session?.state === "ended" };
    },

    async visitorEnded(session, at) {
      await report(session, { type: "session_ended", by: "end_user", at: at.toISOString() });
    },

    async token(session, user) {
      try {
        const body = { session, user, ttlSeconds: TOKEN_SECONDS };
        const answer = await call("POST", "/v1/tokens", body, RENDER_WAIT_MS);
        const { token } = (await answer.json()) as { token: string };
        return token;
      } catch (error) {
        // Presence is an extra: the shop sells tea whether or not the collector can be reached.
        console.error(`shop: no token: ${error instanceof Error ? error.message : error}`);
        return null;
      }
    },
  };
}
