/**
 * `GET /v1/stream`: sends transitions as Server-Sent Events as they are stored. Each connection reads
 * the log from its own cursor, so that a reconnect with `Last-Event-ID` has no gap and a slow client
 * needs no buffer. A client that resumes by an id from before the store was restored is sent `reset`
 * and then the whole log; one that resumes by an id of an erased session gets some events again.
 * @module
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { Wakeup } from "../async/wakeup.ts";
import { StoreError } from "../stores/store.ts";
import type { AppContext, Env } from "./context.ts";
import { decodeStartCursor, encodeLogCursor } from "./cursor.ts";
import { createEventBody, type EventSource } from "./event-body.ts";
import { formatEvent, LogEvents } from "./log-events.ts";
import { Problem } from "./problem.ts";
import { createRoutes, secured } from "./route.ts";
import { StreamReads } from "./stream-reads.ts";
import { DEFAULT_STREAM_LIMITS, StreamSlots } from "./stream-slots.ts";

const KEEP_ALIVE_MS = 15_000;

const get = createRoute({
  method: "get",
  path: "/v1/stream",
  summary: "Transitions as they are stored, as Server-Sent Events; Last-Event-ID resumes",
  ...secured("Transitions", "streamTransitions", "invalid_cursor", "too_many_streams"),
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

export function streamRoutes(context: AppContext): OpenAPIHono<Env> {
  const { engine, meter, streams = DEFAULT_STREAM_LIMITS } = context;
  const slots = new StreamSlots(streams.maxPerAccount);
  const reads = new StreamReads();
  const routes = createRoutes();
  routes.openapi(get, async (c) => {
    const account = c.var.account.name;
    const { principal } = c.var;
    const resume = c.req.header("Last-Event-ID") ?? c.req.valid("query").after;
    const incarnation = await engine.store.incarnation();
    const resumed = resume === undefined ? null : await resumeFrom(account, resume);
    const cursor = resumed ?? (resume === undefined ? await engine.store.lastCursor(account) : 0);
    c.header("Content-Type", "text/event-stream");
    c.header("Cache-Control", "no-cache");
    // Proxies that buffer responses would hold back every event.
    c.header("X-Accel-Buffering", "no");
    // The library's types know no streamed answer.
    if (c.req.method === "HEAD") return c.body(null) as never;
    const isReset = resume !== undefined && resumed === null;
    const greeting = `: connected\n\n${isReset ? resetEvent(incarnation) : ""}`;
    const events = new LogEvents({ store: engine.store, account, cursor, incarnation });
    const body = createEventBody(openSource(account, greeting, events), {
      isAllowed: () => principal.isValid(),
      stalledAfterMs: streams.stalledAfterMs,
      connection: context.connectionOf?.(c) ?? null,
    });
    return c.body(body) as never;
  });
  return routes;

  /** @throws {Problem} `too_many_streams` */
  function openSource(account: string, greeting: string, events: LogEvents): EventSource {
    const release = slots.take(account);
    const wakeup = new Wakeup();
    const stopListening = engine.logNotifier.listen(account, () => wakeup.notify());
    let isOpen = true;
    meter.streams(1);
    const chunks = createChunks();
    return {
      next: async () => (await chunks.next()).value ?? null,
      close() {
        isOpen = false;
        release();
        stopListening();
        wakeup.notify();
        meter.streams(-1);
      },
    };

    async function* createChunks(): AsyncGenerator<string, void> {
      yield greeting;
      try {
        while (isOpen) {
          const chunk = await reads.run(() => events.next());
          if (chunk !== "") yield chunk;
          else if (!(await wakeup.wait(KEEP_ALIVE_MS))) yield ": keep-alive\n\n";
        }
      } catch (error) {
        // The stream ends when the store is unavailable; the client resumes from its last id.
        if (!(error instanceof StoreError)) throw error;
      }
    }
  }

  /** Where the stream continues; `null` if the store was restored since. */
  async function resumeFrom(account: string, id: string): Promise<number | null> {
    try {
      return await decodeStartCursor(engine.store, account, id);
    } catch (error) {
      if (error instanceof Problem && error.code === "store_restored") return null;
      throw error;
    }
  }
}

function resetEvent(incarnation: string): string {
  const id = encodeLogCursor(incarnation, 0);
  return formatEvent("reset", { cursor: id }, id);
}
