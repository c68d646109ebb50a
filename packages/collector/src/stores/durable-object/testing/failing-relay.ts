/**
 * Lets a coordinator refuse what shards relay to it, as one does that is overloaded, while it answers
 * everything else.
 */
import { CoordinatorRecords } from "../coordinator-records.ts";
import { RELAY_TIMEOUT_MS } from "../directory.ts";

/** On a busy machine a coordinator that refuses nothing may stand still for seconds. */
const PATIENT_MS = 60_000;

/** How long requests wait for the coordinator. */
export const relayTimeout = {
  ms: PATIENT_MS,
  /** Of a deployment while the coordinator refuses something, for it is waited for in vain. */
  setFor(refuses: boolean): void {
    this.ms = refuses ? RELAY_TIMEOUT_MS : PATIENT_MS;
  },
};

const failing = new WeakSet<CoordinatorRecords>();
const { relay } = CoordinatorRecords.prototype;

// On the prototype, since RPC reaches no other methods.
CoordinatorRecords.prototype.relay = async function (...call) {
  if (failing.has(this)) throw new Error("The coordinator is overloaded, for a test.");
  await relay.apply(this, call);
};

export function failRelays(records: CoordinatorRecords, fails: boolean): void {
  relayTimeout.setFor(fails);
  if (fails) failing.add(records);
  else failing.delete(records);
}
