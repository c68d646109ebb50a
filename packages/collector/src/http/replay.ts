/**
 * Sends deliveries of an endpoint again, of a webhook or of a desk.
 * @module
 */
import { z } from "@hono/zod-openapi";
import { nextTurn } from "../async/turns.ts";
import type { Clock } from "../engine/clock.ts";
import type { EndpointKey } from "../stores/outbox.ts";
import type { Store } from "../stores/store.ts";
import { decodeStartCursor, requireTransition } from "./cursor.ts";
import { parseTransitionId } from "./views.ts";

/** Deliveries that are sent again together. */
const READ_LIMIT = 200;

const cursor = z.string().min(1).max(512);

export const replayBody = z
  .union([
    z.strictObject({ transition: cursor }),
    z.strictObject({ status: z.literal("failed") }),
    z.strictObject({ after: cursor }),
  ])
  .openapi("Replay");
export type Replay = z.infer<typeof replayBody>;

export const replayAnswer = z.object({ replayed: z.number().nullable() });
export const REPLAY_ANSWER = "How many are sent again; null with `after`, where all later ones are";

/** The problems of a replay, besides those of finding its endpoint. */
export const REPLAY_PROBLEMS = ["invalid_cursor", "store_restored"] as const;

/**
 * How it is done, once it is known that it can be. That returns how many are sent again.
 * @throws {Problem} one of {@link REPLAY_PROBLEMS}
 */
export async function prepareReplay(
  store: Store,
  clock: Clock,
  key: EndpointKey,
  wanted: Replay,
): Promise<() => Promise<number | null>> {
  if ("status" in wanted) return () => resendFailed(store, clock, key);
  if ("after" in wanted) {
    const after = await decodeStartCursor(store, key.account, wanted.after);
    return async () => {
      await store.outbox.moveCursor(key, after, false);
      return null;
    };
  }
  // Rejects what is no id, and a transition that is no longer in the log.
  await requireTransition(store, key.account, wanted.transition);
  const transition = parseTransitionId(wanted.transition);
  if (!transition) return async () => 0;
  return () => store.outbox.resend(key, [transition], clock.steady());
}

async function resendFailed(store: Store, clock: Clock, key: EndpointKey): Promise<number> {
  let sent = 0;
  for (let beforePosition: number | undefined; ; ) {
    const page = await store.outbox.deliveries(key, {
      status: "failed",
      limit: READ_LIMIT,
      ...(beforePosition !== undefined && { beforePosition }),
    });
    sent += await store.outbox.resend(key, page, clock.steady());
    beforePosition = page.at(-1)?.position;
    if (page.length < READ_LIMIT) return sent;
    await nextTurn();
  }
}
