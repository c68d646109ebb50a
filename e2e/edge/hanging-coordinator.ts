/**
 * Lets the coordinator hang: it answers no call of the Worker or of a shard.
 */
import { CoordinatorRecords } from "../../packages/collector/src/stores/durable-object/coordinator-records.ts";
import { hang } from "./manual-clock.ts";

let isHanging = false;

// On the prototype, since RPC reaches no other methods.
const shared = CoordinatorRecords.prototype as unknown as Record<
  string,
  (...call: never) => unknown
>;
for (const name of Object.getOwnPropertyNames(shared)) {
  const method = Object.getOwnPropertyDescriptor(shared, name)?.value as unknown;
  if (name === "constructor" || typeof method !== "function") continue;
  shared[name] = function (this: CoordinatorRecords, ...call: never) {
    return isHanging ? hang() : method.apply(this, call);
  };
}

export function setHanging(value: boolean): void {
  isHanging = value;
}
