import { randomUUID } from "node:crypto";
import type { Collector } from "./environment.ts";
import { PermanentError, type RetryPolicy, retry } from "./retry.ts";

/** Signals of a page that stays open for longer are refused until its next load. */
const TOKEN_TTL_SECONDS = 12 * 60 * 60;

/** How long a page render waits for its token; without one the page has no presence. */
const RENDER_TIMEOUT_MS = 1_000;

/** Timeout of requests that no visitor waits for. */
const REQUEST_TIMEOUT_MS = 5_000;

/** Long enough for a collector to be restarted or moved. */
const RETRY_POLICY: RetryPolicy = {
  initialDelayMs: 100,
  maxDelayMs: 2_000,
  timeoutMs: 10 * 60_000,
};

/** The calls of this shop to the collector. */
export interface CollectorClient {
  /** Creates the session of a conversation. Repeating it changes nothing. */
  createSession(session: string, user: string): Promise<void>;
  /**
   * Reports a visitor's message, with the time it was written.
   * @returns whether the session has ended, so that the message belongs to another conversation
   */
  reportMessage(session: string, at: Date): Promise<{ isEnded: boolean }>;
  /** Reports that the visitor ended the chat. */
  reportEnd(session: string, at: Date): Promise<void>;
  /** A token for the signals of the visitor's page; `null` if the collector is unreachable. */
  createToken(session: string, user: string): Promise<string | null>;
}

/** Creates the client. Every call carries the secret key, so it must not run in a browser. */
export function createCollectorClient({ url, secret }: Collector): CollectorClient {
  async function call(method: string, path: string, body: object, waitMs: number) {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(waitMs),
    });
    if (response.ok) return response;
    const text = `${method} ${path}: ${response.status} ${(await response.text()).slice(0, 300)}`;
    // 408 and 429 request a retry; any other 4xx would be refused again.
    const isPermanent = response.status < 500 && response.status !== 408 && response.status !== 429;
    throw isPermanent ? new PermanentError(response.status, text) : new Error(text);
  }

  const callWithRetry = (method: string, path: string, body: object): Promise<unknown> =>
    retry(RETRY_POLICY, async () => (await call(method, path, body, REQUEST_TIMEOUT_MS)).json());

  const sessionPath = (session: string) => `/v1/sessions/${encodeURIComponent(session)}`;

  // The id is generated outside the retries, so that the collector counts a repeated event once.
  const postEvent = (session: string, event: { type: string; at: string; by?: string }) =>
    callWithRetry("POST", `${sessionPath(session)}/events`, { id: randomUUID(), ...event });

  return {
    async createSession(session, user) {
      await callWithRetry("PUT", sessionPath(session), { channel: "web_widget", user });
    },

    async reportMessage(session, at) {
      const event = { type: "end_user_message", at: at.toISOString() };
      const answer = (await postEvent(session, event)) as { session?: { state?: string } };
      return { isEnded: answer.session?.state === "ended" };
    },

    async reportEnd(session, at) {
      await postEvent(session, { type: "session_ended", by: "end_user", at: at.toISOString() });
    },

    async createToken(session, user) {
      try {
        const body = { session, user, ttlSeconds: TOKEN_TTL_SECONDS };
        const answer = await call("POST", "/v1/tokens", body, RENDER_TIMEOUT_MS);
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
