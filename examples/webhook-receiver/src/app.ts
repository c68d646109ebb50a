/**
 * The receiver's routes: `POST /` takes messages, `GET /sessions` says who is there.
 * @module
 */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import type { Message } from "./message.ts";
import type { Sessions, Taken } from "./sessions.ts";

const BODY_MOST_BYTES = 256 * 1024;

export interface AppOptions {
  /** `whsec_…`, as it was shown when the endpoint was made or its secret rotated. */
  readonly secret: string;
  readonly sessions: Sessions;
  /** Hears of each message that was sent by who knows the secret. */
  readonly onMessage?: (message: Message, taken: Taken) => void;
}

export function createApp({ secret, sessions, onMessage }: AppOptions): Hono {
  const webhook = new Webhook(secret);
  const app = new Hono();

  app.post("/", bodyLimit({ maxSize: BODY_MOST_BYTES }), async (c) => {
    // The signature is over the bytes as they came: not over JSON that was read and written again.
    const body = await c.req.text();
    let message: Message;
    try {
      message = webhook.verify(body, c.req.header()) as Message;
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error;
      return c.text("The signature does not fit.", 401);
    }
    // What is not known is answered with success: it would only be sent again.
    if (message.type !== "session.transition") return c.body(null, 204);
    const taken = sessions.take(message.data);
    onMessage?.(message, taken);
    return c.body(null, 204);
  });

  app.get("/sessions", (c) => c.json({ sessions: sessions.latest() }));
  return app;
}
