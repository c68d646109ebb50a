/**
 * The receiver's routes: `POST /` accepts messages, and `GET /sessions` lists the sessions.
 * @module
 */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import type { Message } from "./message.ts";
import type { Outcome, Sessions } from "./sessions.ts";

const MAX_BODY_BYTES = 256 * 1024;

export interface AppOptions {
  /** `whsec_…`, as shown when the endpoint was created or its secret rotated. */
  readonly secret: string;
  readonly sessions: Sessions;
  /** Called for each message with a valid signature. */
  readonly onMessage?: (message: Message, outcome: Outcome) => void;
}

export function createApp({ secret, sessions, onMessage }: AppOptions): Hono {
  const webhook = new Webhook(secret);
  const app = new Hono();

  app.post("/", bodyLimit({ maxSize: MAX_BODY_BYTES }), async (c) => {
    // The signature is over the raw body, and not over JSON that was parsed and serialized again.
    const body = await c.req.text();
    let message: Message;
    try {
      message = webhook.verify(body, c.req.header()) as Message;
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error;
      return c.text("The signature is invalid.", 401);
    }
    // Unknown types are acknowledged; an error would only cause a retry.
    if (message.type !== "session.transition") return c.body(null, 204);
    const outcome = sessions.apply(message.data);
    onMessage?.(message, outcome);
    return c.body(null, 204);
  });

  app.get("/sessions", (c) => c.json({ sessions: sessions.latest() }));
  return app;
}
