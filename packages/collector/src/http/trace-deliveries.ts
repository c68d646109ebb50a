/**
 * What became of telling help desks of a session, as facts of its trace. It is looked up among the deliveries by the
 * numbers of the session's transitions, so that a delivery writes nothing for it.
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Session } from "../core/session.ts";
import { MAX_FACTS } from "../core/trace.ts";
import { deskEndpointId } from "../desks/endpoint.ts";
import type { Clock } from "../engine/clock.ts";
import type { ListedDelivery } from "../stores/outbox.ts";
import type { Store } from "../stores/store.ts";
import { iso, isoOrNull } from "./views.ts";
import { byClock, deliveryStatus } from "./webhook-views.ts";

export const deliveryFact = z
  .object({
    at: z.iso.datetime().describe("When it was last attempted."),
    type: z.literal("delivery"),
    desk: z.string(),
    seq: z.number().int().describe("The transition of which the desk was told."),
    status: deliveryStatus,
    attempts: z.number().int(),
    response: z.number().nullable().describe("The desk's last HTTP status; null: no response."),
    error: z.string().nullable().describe("Why there was no response, as a code."),
    nextAttemptAt: z.iso.datetime().nullable(),
  })
  .describe("A help desk was told how the session stood, or could not be.");

/** The deliveries of the session's last transitions to the desks of its links, as far as they are listed. */
export async function deliveryFacts(
  { outbox }: Pick<Store, "outbox">,
  clock: Clock,
  account: string,
  { id, createdAt, seq, links }: Session,
): Promise<readonly z.infer<typeof deliveryFact>[]> {
  const session = { session: id, sessionCreatedAt: createdAt };
  const seqs = { from: Math.max(1, seq - MAX_FACTS), to: seq };
  const desks = [...new Set(links.map(({ desk }) => desk))];
  const facts = desks.map(async (desk) => {
    const key = { account, id: deskEndpointId(desk) };
    const deliveries = await outbox.deliveriesOfSession(key, session, seqs);
    return deliveries.filter(isToTell).map((delivery) => viewOf(desk, delivery, clock));
  });
  return (await Promise.all(facts)).flat();
}

/** The desk knew of a transition already, or was to be told nothing, if it was not asked and did not fail. */
function isToTell({ status, response, error }: ListedDelivery): boolean {
  return status !== "delivered" || response !== null || error !== null;
}

function viewOf(
  desk: string,
  { seq, status, attempts, response, error, nextAttemptAt, updatedAt }: ListedDelivery,
  clock: Clock,
): z.infer<typeof deliveryFact> {
  const outcome = { status, attempts, response, error };
  const next = isoOrNull(byClock(nextAttemptAt, clock));
  return { at: iso(updatedAt), type: "delivery", desk, seq, ...outcome, nextAttemptAt: next };
}
