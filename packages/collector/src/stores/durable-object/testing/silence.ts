/**
 * What the coordinator shows of silent shards: an account is unheard since the earliest instant at which one of
 * its shards is.
 */
import { deepEqual, ok } from "node:assert/strict";
import type { Store } from "../../store.ts";
import { keyOf, writeOf } from "../../suite/case.ts";
import type { SilentAccount } from "../coordinator-records.ts";
import type { SilenceBroadcast } from "../shard-broadcasts.ts";

const POLL_MS = 20;
const MAX_POLLS = 1_500;
const MAX_UNHEARD_MS = 600_000;

/** An account's two shards, and their coordinator. */
export interface SilenceFixture {
  readonly store: Store;
  silence(shard: number, broadcast: SilenceBroadcast): Promise<void>;
  unheard(now: number): Promise<readonly SilentAccount[]>;
  failRelays(fails: boolean): Promise<void>;
  poll(): Promise<void>;
}

export async function reportSilence(fixture: SilenceFixture): Promise<true> {
  const account = "shop";
  const at = Date.now();
  await fixture.store.commit(["a", "b", "c", "d"].map((id) => writeOf(id)));
  const lines: unknown[] = [];
  const { warn } = console;
  console.warn = (line: unknown) => lines.push(line);
  try {
    const shows = async (expected: readonly SilentAccount[], now = at) => {
      const texts = [JSON.stringify(expected)];
      for (let polls = 0; !texts.includes(JSON.stringify(await fixture.unheard(now))); polls += 1) {
        ok(
          polls < MAX_POLLS,
          `expected ${texts}, not ${JSON.stringify(await fixture.unheard(now))}`,
        );
        await fixture.poll();
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    };
    const unheard = (shard: number, since: number) =>
      fixture.silence(shard, { type: "unheard", account, at: since, missed: 8 + shard });
    const heard = (shard: number) => fixture.silence(shard, { type: "heard", account, at });
    await unheard(0, at - 2_000);
    await shows([{ account, since: at - 2_000, missed: 8 }]);
    await unheard(1, at - 5_000);
    await shows([{ account, since: at - 5_000, missed: 17 }]);
    // Ten minutes later each of them is over.
    await shows([{ account, since: at - 2_000, missed: 8 }], at - 5_000 + MAX_UNHEARD_MS);
    await shows([], at - 2_000 + MAX_UNHEARD_MS);
    await heard(1);
    await shows([{ account, since: at - 2_000, missed: 8 }]);
    await fixture.failRelays(true);
    await heard(0);
    await shows([{ account, since: at - 2_000, missed: 8 }]);
    await fixture.failRelays(false);
    await shows([]);
    deepEqual(await fixture.store.log(account, 0, 10), []);
    ok((await fixture.store.load([{ key: keyOf("a"), eventIds: [] }]))[0]?.stored);
  } finally {
    console.warn = warn;
  }
  const entries = lines.map(
    (line) => JSON.parse(String(line)) as { account: string; missed?: number },
  );
  deepEqual({ account: entries[0]?.account, missed: entries[0]?.missed }, { account, missed: 8 });
  return true;
}
