/**
 * What a damaged record of one session may do, and what it must not, for any store. It needs no test
 * framework, because it also runs at the edge.
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Clock } from "../../engine/clock.ts";
import { Engine } from "../../engine/engine.ts";
import { sweep } from "../../engine/sweep.ts";
import { RecordError } from "../record-error.ts";
import type { Store } from "../store.ts";
import { ACCOUNT, keyOf, NOW } from "../suite/case.ts";

const SILENCE_MS = 61_000;
const RETRY_MS = 10_000;
const OVERRIDES = { "presence.mode": "on", "inactivity.seconds": 60 };
const IDS = ["a", "b", "c"];

/** Each changes what is stored of a session, outside of the store. */
export interface Damage {
  damage(id: string): void | Promise<void>;
  repair(id: string): void | Promise<void>;
}

/** The record of `b` is damaged for a while: `a` and `c` are served and swept as ever. */
export async function hurtsOnlyItsSession(store: Store, { damage, repair }: Damage): Promise<void> {
  let now = NOW;
  const engine = new Engine(store, new Clock(() => now));
  const errors: unknown[] = [];
  const runSweep = () =>
    sweep({ engine, accounts: () => [ACCOUNT], onError: (error) => errors.push(error) });
  const pass = async (ms: number) => {
    now += ms;
    // Not an outage, for collectors have run meanwhile.
    await store.heartbeat(now, Number.MAX_SAFE_INTEGER);
    await runSweep();
  };
  const report = (id: string) =>
    engine.submit({
      key: keyOf(id),
      create: { channel: "web_widget" },
      inputs: [{ type: "end_user_message", sentAt: null }],
    });
  const statesOf = async (ids: readonly string[]) => {
    const lookups = ids.map((id) => ({ key: keyOf(id), eventIds: [] }));
    return (await store.load(lookups)).map(({ stored }) => stored?.session.causes.length);
  };
  await engine.heartbeat();
  await engine.changeSettings(ACCOUNT, { overrides: OVERRIDES });
  await Promise.all(IDS.map(report));
  await damage("b");

  const [first, second, third] = await Promise.allSettled(IDS.map(report));
  deepEqual([first?.status, third?.status], ["fulfilled", "fulfilled"]);
  ok(second?.status === "rejected" && second.reason instanceof RecordError, "b is refused");
  match(second.reason.message, /\bb\b.*cannot be read/s);

  await pass(SILENCE_MS);
  deepEqual(await statesOf(["a", "c"]), [1, 1], "a and c are inactive");
  equal(errors.length, 1, "b is reported once");
  ok(errors[0] instanceof RecordError);

  await engine.changeSettings(ACCOUNT, { overrides: { ...OVERRIDES, routing: "email" } });
  await runSweep();
  const { epoch } = engine.broadcasts.latest(ACCOUNT);
  for (const { id } of await store.notCaughtUp(ACCOUNT, epoch, 10)) equal(id, "b");
  equal(errors.length, 1, "b is not tried again meanwhile");

  await repair("b");
  await pass(RETRY_MS);
  deepEqual(await statesOf(["b"]), [1], "b is swept once it can be read");
}
