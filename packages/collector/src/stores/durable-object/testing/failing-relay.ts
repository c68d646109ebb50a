/**
 * Lets a coordinator refuse what shards relay to it, as one does that is overloaded, while it answers
 * everything else.
 */
import { CoordinatorRecords } from "../coordinator-records.ts";

const failing = new WeakSet<CoordinatorRecords>();
const { relay } = CoordinatorRecords.prototype;

// On the prototype, since RPC reaches no other methods.
CoordinatorRecords.prototype.relay = async function (...call) {
  if (failing.has(this)) throw new Error("The coordinator is overloaded, for a test.");
  await relay.apply(this, call);
};

export function failRelays(records: CoordinatorRecords, fails: boolean): void {
  if (fails) failing.add(records);
  else failing.delete(records);
}
