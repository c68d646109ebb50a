import type { DeliveryStatus } from "../../core/lists.ts";
import type { DeskTest, DeskUpdate, DryWrite, HelpDesk, ParkedFacts } from "../model/desk.ts";
import type { JsonSchema } from "../model/json-schema.ts";
import type { KindSchema } from "../model/own-kind.ts";
import type { DeliveryPage, Send } from "./account-api.ts";
import { deliveryQuery } from "./delivery-query.ts";

/** The account's desks, and what a desk can be. */
interface DeskList {
  kinds: string[];
  schemas: Record<string, KindSchema>;
  /** Of `mapping`, of any kind. */
  mapping: JsonSchema;
  desks: HelpDesk[];
}

const deskPath = (id: string) => `v1/desks/${encodeURIComponent(id)}`;

/** The routes of the account's help desks. */
export function createDesksApi(send: Send) {
  return {
    desks: () => send<DeskList>("GET", "v1/desks"),
    /** Adds or replaces a desk. */
    putDesk: (id: string, desk: DeskUpdate) => send<HelpDesk>("PUT", deskPath(id), desk),
    removeDesk: (id: string) => send("DELETE", deskPath(id)),
    /** Asks the desk whether it would accept what it is told. */
    testDesk: (id: string) => send<DeskTest>("POST", `${deskPath(id)}/test`),
    parkedFacts: (id: string) => send<{ parked: ParkedFacts[] }>("GET", `${deskPath(id)}/parked`),
    dryWrites: (id: string) => send<{ writes: DryWrite[] }>("GET", `${deskPath(id)}/dry-run`),
    deskDeliveries: (id: string, status: DeliveryStatus | null, cursor: string | null) =>
      send<DeliveryPage>("GET", `${deskPath(id)}/deliveries?${deliveryQuery(status, cursor)}`),
    /** Tells the desk again of one transition, or of all that failed. */
    replayToDesk: (id: string, what: { transition: string } | { status: "failed" }) =>
      send<{ replayed: number | null }>("POST", `${deskPath(id)}/replay`, what),
  };
}
