/**
 * `GET /v1/stream`: sends transitions as Server-Sent Events as they are stored. Each connection reads
 * the log from its own cursor, so that a reconnect with `Last-Event-ID` has no gap and a slow client
 * needs no buffer. A client that resumes by an id from before the store was restored is sent `reset`
 * and then the whole log.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import { settlesWithin } from "../async/timeout.ts";
import { nextTurn } from "../async/turns.ts";
import { Wakeup } from "../async/wakeup.ts";
import { StoreError } from "../stores/store.ts";
import type { AppContext, Env } from "./context.ts";
import { decodeLogCursor, encodeLogCursor } from "./cursor.ts";
import { Problem } from "./problem.ts";
import { createRoutes, secured } from "./route.ts";
import { transitionId, viewTransition } from "./views.ts";

const KEEP_ALIVE_MS = 15_000;
const STALLED_AFTER_MS = 30_000;
const READ_LIMIT = 100;

const get = createRoute({
  method: "get",
  path: "/v1/stream",
  summary: "Transitions as they are stored, as Server-Sent Events; Last-Event-ID resumes",
  ...secured("Transitions", "streamTransitions", "invalid_cursor"),
  request: {
    // `Last-Event-ID` goes before `after`: a browser that reconnects repeats the query.
    query: z.object({ after: z.string().max(512).optional() }),
  },
  responses: {
    200: {
      description:
        "Events `transition` whose data is a Transition and whose id is its id; first `reset` with the first cursor, if the store was restored from a backup since",
      content: { "text/event-stream": { schema: z.string() } },
    },
  },
});

export function streamRoutes({ engine, meter }: AppContext): OpenAPIHono<Env> {
  const routes = createRoutes();
  routes.openapi(get, async (c) => {
    const account = c.var.account.name;
    const resume = c.req.header("Last-Event-ID") ?? c.req.valid("query").after;
    const incarnation = await engine.store.incarnation();
    const resumed = resume === undefined ? null : await resumeFrom(account, resume);
    let cursor = resumed ?? (resume === undefined ? await engine.store.lastCursor(account) : 0);
    if (c.req.raw.method === "HEAD") {
      // The framework drops the body of a GET, which here would never end.
      return c.body(null, 200, { "Content-Type": "text/event-stream" }) as never;
    }
    // Proxies that buffer responses would hold back every event.
    c.header("X-Accel-Buffering", "no");
    return streamSSE(c, async (stream) => {
      const wakeup = new Wakeup();
      const stop = engine.logNotifier.listen(account, () => wakeup.notify());
      stream.onAbort(() => wakeup.notify());
      meter.streams(1);
      try {
        await send(stream, wakeup);
      } catch (error) {
        // The stream ends when the store is unavailable; the client resumes from its last id.
        if (!(error instanceof StoreError)) throw error;
      } finally {
        stop();
        meter.streams(-1);
      }
      // The library's types know no streamed answer.
    }) as never;

    async function send(stream: SSEStreamingApi, wakeup: Wakeup): Promise<void> {
      await stream.write(": connected\n\n");
      if (resume !== undefined && resumed === null) {
        const id = encodeLogCursor(incarnation, 0);
        await stream.writeSSE({ id, event: "reset", data: JSON.stringify({ cursor: id }) });
      }
      while (!stream.aborted) {
        const entries = await engine.store.log(account, cursor, READ_LIMIT);
        for (const entry of entries) {
          const data = JSON.stringify(viewTransition(entry, incarnation));
          const id = transitionId(entry, incarnation);
          const isWritten = await settlesWithin(
            STALLED_AFTER_MS,
            stream.writeSSE({ id, event: "transition", data }),
          );
          // Disconnects a stalled client; it resumes from its last id.
          if (!isWritten) return stream.abort();
          cursor = entry.cursor;
        }
        if (entries.length === READ_LIMIT) {
          await nextTurn();
          continue;
        }
        const isNotified = await wakeup.wait(KEEP_ALIVE_MS);
        if (!isNotified) await stream.write(": keep-alive\n\n");
      }
    }
  });
  return routes;

  /** Where the stream continues; `null` if the store was restored since. */
  async function resumeFrom(account: string, id: string): Promise<number | null> {
    try {
      return await decodeLogCursor(engine.store, account, id);
    } catch (error) {
      if (error instanceof Problem && error.code === "store_restored") return null;
      throw error;
    }
  }
}
