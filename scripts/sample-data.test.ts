import { beforeAll, expect, it } from "vitest";
import { writeSampleHistory } from "../e2e/support/sample/history.ts";
import { type Transition, visibleOf } from "../packages/collector/src/core/transition.ts";
import { Clock } from "../packages/collector/src/engine/clock.ts";
import { Engine } from "../packages/collector/src/engine/engine.ts";
import { MemoryStore } from "../packages/collector/src/stores/memory/memory-store.ts";

const ACCOUNT = "default";
const UNTIL = Date.UTC(2026, 10, 26, 17);
const OPTIONS = { account: ACCOUNT, sessions: 80, days: 1, seed: 3, until: UNTIL };

let store: MemoryStore;
let log: readonly { readonly session: string; readonly transition: Transition }[];

async function historyOf(options: typeof OPTIONS) {
  const written = new MemoryStore();
  await writeSampleHistory(written, options);
  const entries = await written.log(ACCOUNT, 0, 10_000);
  return { written, entries: entries.map(({ session, transition }) => ({ session, transition })) };
}

beforeAll(async () => {
  ({ written: store, entries: log } = await historyOf(OPTIONS));
});

it("writes the same history for the same seed, and another one for another", async () => {
  const few = { ...OPTIONS, sessions: 12 };
  const { entries } = await historyOf(few);
  expect((await historyOf(few)).entries).toEqual(entries);
  expect((await historyOf({ ...few, seed: 4 })).entries).not.toEqual(entries);
});

it("has visitors who give up, come back, are served, merged and moved to e-mail", async () => {
  const has = (is: (transition: Transition) => boolean) =>
    log.some(({ transition }) => is(transition));
  expect(has(({ to, assignee }) => to.reason === "user_offline" && assignee === null)).toBe(true);
  expect(has(({ cause, from }) => cause === "signal" && from.reason === "user_offline")).toBe(true);
  expect(has(({ to }) => to.reason === "ended_by_agent")).toBe(true);
  expect(has(({ mergedInto }) => mergedInto !== undefined)).toBe(true);
  expect(has(({ to }) => to.reason === "transferred_to_email")).toBe(true);
  expect(log.every(({ transition: { at } }) => at <= UNTIL && at > UNTIL - 86_400_000)).toBe(true);
});

it("leaves a queue that is to be worked off however much later it is served, and agents with work", async () => {
  const { sessions } = await store.scan(ACCOUNT, null, 1_000);
  const engine = new Engine(store, new Clock(() => UNTIL + 2 * 86_400_000));
  await engine.heartbeat();
  const waiting: string[] = [];
  const agents = new Set<string>();
  for (const { session } of sessions) {
    const key = { account: ACCOUNT, id: session.id };
    const outcome = await engine.submit({ key, inputs: [{ type: "tick" }] });
    if (!("session" in outcome)) continue;
    const { queue, state } = visibleOf(outcome.session, outcome.settings);
    if (queue === "queued") waiting.push(session.id);
    const { assignee, ticket } = outcome.session;
    if (state === "active" && assignee !== null && ticket.id === null) agents.add(assignee);
  }
  // Of 80, as many as are more than thirty of the usual 5,000.
  expect(waiting.length).toBe(15);
  expect(agents.size).toBe(5);
});

it("has names with accents, and some that are written from right to left", async () => {
  const { sessions } = await store.scan(ACCOUNT, null, 1_000);
  const users = sessions.map(({ session }) => session.user ?? "");
  expect(users.some((user) => /\p{Script=Latin}/u.test(user) && /[^\0-\x7f]/.test(user))).toBe(
    true,
  );
  expect(users.some((user) => /\p{Script=Hebrew}|\p{Script=Arabic}/u.test(user))).toBe(true);
});
