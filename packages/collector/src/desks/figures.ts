/**
 * How the desks of a deployment stand, for the metrics.
 * @module
 */
import { TurnBudget } from "../async/turns.ts";
import type { Clock } from "../engine/clock.ts";
import type { Store } from "../stores/store.ts";
import { DeskActivity } from "./activity.ts";
import { Desks } from "./desks.ts";
import { deskEndpointId } from "./endpoint.ts";
import { Parking } from "./parking.ts";

/** Beyond it, an exact number is not useful. */
const MAX_PENDING = 1_000;

export interface DeskFigures {
  readonly desk: string;
  /** Epoch milliseconds; `null`: never. */
  readonly lastHeardAt: number | null;
  readonly lastWrittenAt: number | null;
  /** Messages that were not signed as they must be, since the desk was added. */
  readonly refused: number;
  readonly parked: number;
  /** Deliveries that failed and are tried again. */
  readonly pending: number;
}

export async function deskFigures(
  store: Pick<Store, "admin" | "outbox">,
  clock: Clock,
  accounts: readonly string[],
): Promise<readonly DeskFigures[]> {
  const desks = new Desks(store.admin, clock, []);
  const activity = new DeskActivity(store.admin, clock);
  const parking = new Parking(store.admin);
  const budget = new TurnBudget();
  const figures: DeskFigures[] = [];
  for (const account of accounts) {
    await budget.step();
    for (const desk of await desks.list(account)) {
      const key = { account, id: deskEndpointId(desk.id) };
      const query = { status: "pending", limit: MAX_PENDING } as const;
      const pending = desk.outbound ? await store.outbox.deliveries(key, query) : [];
      figures.push({
        desk: desk.id,
        ...(await activity.of(desk)),
        parked: await parking.count(desk, clock.now()),
        pending: pending.length,
      });
      await budget.step();
    }
  }
  return figures;
}
