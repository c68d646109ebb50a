/**
 * What the cases about reports of help desks share: an inbox over a store, and orders of reports.
 * @module
 */
import { Conversations } from "../desks/conversations.ts";
import type { ConfiguredDesk } from "../desks/desks.ts";
import type { Fact } from "../desks/fact.ts";
import { Inbox } from "../desks/inbox.ts";
import { Parking } from "../desks/parking.ts";
import type { Store } from "../stores/store.ts";
import { EngineHarness } from "./engine-harness.ts";

export const ACCOUNT = "shop";
export const START = 1_700_000_000_000;

export const DESK: ConfiguredDesk = {
  id: "main",
  account: ACCOUNT,
  kind: "any",
  secrets: [],
  outbound: null,
  dryRun: false,
  mapping: {},
  createdAt: START,
  toldFrom: START,
};

export function openInbox(store: Store) {
  const { engine } = new EngineHarness(store, START);
  const parking = new Parking(store.admin);
  const inbox = new Inbox(engine, new Conversations(store.admin), parking);
  return {
    engine,
    parking,
    accept: (...facts: readonly Fact[]) => inbox.accept(DESK, "", facts),
    /** As another desk of the same conversations. */
    acceptAs: (id: string, ...facts: readonly Fact[]) => inbox.accept({ ...DESK, id }, "", facts),
    async session(id: string) {
      const outcome = await engine.submit({ key: { account: ACCOUNT, id }, inputs: [] });
      return "session" in outcome ? outcome.session : null;
    },
    count: () => parking.count(DESK, START),
  };
}

export function permutationsOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  if (all.length < 2) return [all];
  return all.flatMap((first, index) =>
    permutationsOf(all.toSpliced(index, 1)).map((rest) => [first, ...rest]),
  );
}
