/**
 * Cases of what a help desk reports of a ticket before it has said to which conversation that belongs: whatever
 * the order, and however often it is repeated, the session ends up the same.
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import type { Fact } from "../desks/fact.ts";
import { MAX_PARKED_OF_TICKET, PARKED_MS } from "../desks/parking.ts";
import type { Store } from "../stores/store.ts";
import type { ConformanceCase } from "../stores/suite/index.ts";
import { ACCOUNT, DESK, openInbox, permutationsOf, START } from "./desk-inbox.ts";

const AT = START - 60_000;
const HASH = "ab".repeat(32);

function linkOf(conversation: string, ticket: string): Fact {
  return { id: null, at: AT, kind: "link", conversation, ticket };
}

/** What a desk reports of a ticket, the last of it first. */
function reportsOf(ticket: string): readonly Fact[] {
  const about = { id: null, kind: "event", ref: { ticket } } as const;
  return [
    { ...about, at: AT + 2, event: { type: "ticket_updated", ticket: { priority: "high" } } },
    { ...about, at: AT + 1, event: { type: "ticket_updated", ticket: { priority: "low" } } },
    { ...about, at: AT + 1, event: { type: "assigned", agent: "ann" } },
  ];
}

async function endOf(store: Store, id: string) {
  const [found] = await store.load([{ key: { account: ACCOUNT, id }, eventIds: [] }]);
  const session = found?.stored?.session;
  return (
    session && {
      priority: session.ticket.priority,
      assignee: session.assignee,
      tickets: session.links.map(({ ticket }) => ticket),
      bindings: session.bindings,
    }
  );
}

export const parkingConformanceCases: readonly ConformanceCase[] = [
  {
    name: "what a desk reports of a ticket ends the same in any order with its link, also repeated",
    async run(open) {
      const store = await open();
      const { accept, count } = openInbox(store);
      const orders = permutationsOf([0, 1, 2, 3]);
      for (const [index, order] of orders.entries()) {
        const [conversation, ticket] = [`c${index}`, `t${index}`];
        const [high, low, assigned] = reportsOf(ticket) as [Fact, Fact, Fact];
        const bound: Fact = { id: null, at: AT + 1, kind: "bind", ticket, hash: HASH };
        const requests = [[linkOf(conversation, ticket)], [high], [low], [assigned, bound]];
        const ordered = order.map((each) => requests[each] ?? []);
        await accept(...ordered.flat(), ...ordered.slice(0, 2).flat());
        const bindings = [HASH];
        const expected = { priority: "high", assignee: "ann", tickets: [ticket], bindings };
        deepEqual(await endOf(store, conversation), expected);
      }
      equal(await count(), 0);
    },
  },
  {
    name: "what a desk reports of a ticket is parked once, shown, and dropped after a day or with its ticket",
    async run(open) {
      const { accept, count, parking } = openInbox(await open());
      for (const _ of [1, 2]) await accept(...reportsOf("t1"), ...reportsOf("t2"));
      equal(await count(), 6);
      const waiting = await parking.list(DESK, START + PARKED_MS - 1);
      deepEqual(
        waiting.map(({ facts, since }) => [facts, since]),
        [
          [3, START],
          [3, START],
        ],
      );
      await accept({ id: null, at: AT, kind: "erase", ref: { ticket: "t1" } });
      equal(await count(), 3);
      equal(await parking.count(DESK, START + PARKED_MS), 0);
    },
  },
  {
    name: "what a desk reports of a ticket of another channel is not parked, whichever comes first",
    async run(open) {
      const store = await open();
      const { accept, count } = openInbox(store);
      const elsewhere = (ticket: string): Fact => ({ id: null, at: AT, kind: "elsewhere", ticket });
      await accept(elsewhere("t1"), ...reportsOf("t1"));
      await accept(...reportsOf("t2"), elsewhere("t2"));
      equal(await count(), 0);
      // A link is the better proof.
      await accept(linkOf("c2", "t2"), elsewhere("t2"), ...reportsOf("t2"));
      deepEqual(await endOf(store, "c2"), {
        priority: "high",
        assignee: "ann",
        tickets: ["t2"],
        bindings: [],
      });
    },
  },
  {
    name: "of a ticket the last 50 reports are parked",
    async run(open) {
      const { parking } = openInbox(await open());
      const reportOf = (number: number): Fact => ({
        id: `e${number}`,
        at: AT + number,
        kind: "event",
        ref: { ticket: "t" },
        event: { type: "agent_message" },
      });
      for (let number = 0; number <= MAX_PARKED_OF_TICKET; number += 1) {
        await parking.park(DESK, { ticket: "t" }, reportOf(number), START);
      }
      const kept = await parking.of(DESK, { ticket: "t" }, START);
      deepEqual([kept.length, kept[0]?.id], [MAX_PARKED_OF_TICKET, "e1"]);
    },
  },
];
