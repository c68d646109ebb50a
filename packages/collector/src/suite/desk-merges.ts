/**
 * Cases of two conversations, or two users, that a help desk joins, and of a conversation that goes on over another
 * channel: whatever the order of the reports, and however often they come, the session ends up the same.
 * @module
 */
import { deepEqual } from "node:assert/strict";
import { decodeTrace } from "../core/trace.ts";
import type { Fact } from "../desks/fact.ts";
import type { ConformanceCase } from "../stores/suite/index.ts";
import { ACCOUNT, openInbox, permutationsOf, START } from "./desk-inbox.ts";

const AT = START - 60_000;

/** A message of a visitor, as a desk reports it: the conversation with its user and channel, and the response. */
function messageIn(
  conversation: string,
  user: string,
  channel: string,
  at: number,
): readonly Fact[] {
  return [
    { id: null, at, kind: "link", conversation, ticket: null, user, channel },
    {
      id: `message ${conversation} ${at}`,
      at,
      kind: "event",
      ref: { conversation },
      event: { type: "end_user_message" },
    },
  ];
}

export const deskMergeConformanceCases: readonly ConformanceCase[] = [
  {
    name: "conversations and users that a desk joins end the same in any order with their messages, also repeated",
    async run(open) {
      const { accept, engine } = openInbox(await open());
      const orders = permutationsOf([0, 1, 2]);
      for (const [index, order] of orders.entries()) {
        const [from, into] = [`anonymous-${index}`, `known-${index}`];
        const [old, current] = [`old-${index}`, `current-${index}`];
        const requests: readonly (readonly Fact[])[] = [
          messageIn(from, old, "sunco_web", AT),
          [
            { id: `merge ${index}`, at: AT + 1, kind: "merge", from, into },
            { id: null, at: AT + 1, kind: "merge_users", from: old, into: current },
          ],
          messageIn(into, current, "sunco_web", AT + 2),
        ];
        for (const each of [...order, ...order]) await accept(...(requests[each] ?? []));
        for (const id of [from, into]) {
          const outcome = await engine.submit({ key: { account: ACCOUNT, id }, inputs: [] });
          const session = "session" in outcome ? outcome.session : null;
          const { user, channel, links = [] } = session ?? {};
          deepEqual(
            [session?.id, user, channel, links.map(({ conversation }) => conversation).sort()],
            [into, current, "sunco_web", [from, into]],
          );
        }
      }
    },
  },
  {
    name: "a conversation has the channel of its first message, in whatever order its messages come",
    async run(open) {
      const { accept, engine } = openInbox(await open());
      for (const [index, order] of permutationsOf([0, 1, 2]).entries()) {
        const conversation = `c${index}`;
        const requests: readonly (readonly Fact[])[] = [
          messageIn(conversation, "u", "sunco_whatsapp", AT + 2),
          messageIn(conversation, "u", "sunco_web", AT + 1),
          [{ id: null, at: AT, kind: "link", conversation, ticket: "t" }],
        ];
        for (const each of order) await accept(...(requests[each] ?? []));
        const key = { account: ACCOUNT, id: conversation };
        const outcome = await engine.submit({ key, inputs: [] });
        deepEqual("session" in outcome && outcome.session.channel, "sunco_web");
      }
    },
  },
  {
    name: "a conversation has the channel that its ticket names, in any order, and keeps that of an earlier message",
    async run(open) {
      const { accept, acceptAs, session } = openInbox(await open());
      const named = (ticket: string, at: number): Fact => {
        const event = { type: "channel", channel: "sunco_whatsapp" } as const;
        return { id: null, at, kind: "event", ref: { ticket }, event };
      };
      for (const [index, order] of permutationsOf([0, 1]).entries()) {
        const [conversation, ticket] = [`c${index}`, `t${index}`];
        const link: Fact = { id: null, at: AT, kind: "link", conversation, ticket };
        const facts = [link, named(ticket, AT + 1)];
        for (const each of [...order, 1]) await accept(facts[each] as Fact);
        deepEqual((await session(conversation))?.channel, "sunco_whatsapp");
        await acceptAs("messages", ...messageIn(conversation, "u", "sunco_web", AT));
        await accept(named(ticket, AT + 1));
        deepEqual((await session(conversation))?.channel, "sunco_web");
      }
    },
  },
  {
    name: "a session that exists before its desk reports it keeps its channel",
    async run(open) {
      const { accept, engine } = openInbox(await open());
      const key = { account: ACCOUNT, id: "c" };
      await engine.submit({ key, inputs: [], create: { channel: "web_widget", user: null } });
      await accept(...messageIn("c", "u", "sunco_whatsapp", AT));
      const outcome = await engine.submit({ key, inputs: [] });
      deepEqual("session" in outcome && outcome.session.channel, "web_widget");
    },
  },
  {
    name: "a message that comes late reopens nothing that its desk has closed since, and does what a trigger has closed",
    async run(open) {
      const { accept, engine } = openInbox(await open());
      const statusOf = async (id: string) => {
        const outcome = await engine.submit({ key: { account: ACCOUNT, id }, inputs: [] });
        return "session" in outcome && outcome.session.ticket.status;
      };
      for (const [index, order] of permutationsOf([0, 1, 2]).entries()) {
        const conversation = `c${index}`;
        const about = { id: null, kind: "event", ref: { conversation } } as const;
        const closed = { type: "ticket_updated", ticket: { status: "solved" } } as const;
        const requests: readonly (readonly Fact[])[] = [
          messageIn(conversation, "u", "web_widget", AT),
          messageIn(conversation, "u", "web_widget", AT + 1),
          [
            { id: null, at: AT + 2, kind: "link", conversation, ticket: "t" },
            { ...about, at: AT + 2, event: closed },
          ],
        ];
        for (const each of order) await accept(...(requests[each] ?? []));
        deepEqual(await statusOf(conversation), "solved");
        await accept(...messageIn(conversation, "u", "web_widget", AT + 3));
        deepEqual(await statusOf(conversation), "open");
      }
      const key = { account: ACCOUNT, id: "own" };
      await accept(...messageIn("own", "u", "web_widget", AT));
      const solved = { status: "solved" } as const;
      await engine.submit({ key, inputs: [{ type: "ticket_updated", ticket: solved }] });
      await accept(...messageIn("own", "u", "web_widget", AT + 1));
      deepEqual(await statusOf("own"), "open");
    },
  },
  {
    name: "what was reported of a conversation before its desk erased it creates it no more",
    async run(open) {
      const { accept, engine } = openInbox(await open());
      const exists = async (id: string) => {
        const outcome = await engine.submit({ key: { account: ACCOUNT, id }, inputs: [] });
        return "session" in outcome;
      };
      await accept(
        ...messageIn("c", "u", "web_widget", AT),
        ...messageIn("d", "u", "web_widget", AT),
      );
      const about = { id: null, at: AT + 1, kind: "erase" } as const;
      await accept({ ...about, ref: { conversation: "c" } });
      await accept(...messageIn("c", "u", "web_widget", AT));
      deepEqual([await exists("c"), await exists("d")], [false, true]);
      await accept({ ...about, ref: { user: "u" } });
      await accept(...messageIn("d", "u", "web_widget", AT));
      deepEqual(await exists("d"), false);
      await accept(...messageIn("d", "u", "web_widget", AT + 2));
      deepEqual(await exists("d"), true);
    },
  },
  {
    name: "users that a desk joins one after another are the last one in any order",
    async run(open) {
      const { accept, session } = openInbox(await open());
      for (const [index, order] of permutationsOf([0, 1, 2]).entries()) {
        const [first, second, last] = ["first", "second", "last"].map((name) => `${name}-${index}`);
        const joined = (from = "", into = ""): Fact => {
          return { id: null, at: AT, kind: "merge_users", from, into };
        };
        const requests: readonly (readonly Fact[])[] = [
          messageIn(`c${index}`, first ?? "", "web_widget", AT),
          [joined(first, second)],
          [joined(second, last)],
        ];
        for (const each of order) await accept(...(requests[each] ?? []));
        deepEqual((await session(`c${index}`))?.user, last);
      }
    },
  },
  {
    name: "what a desk has erased stays erased, whatever is reported late of its conversations, users or tickets",
    async run(open) {
      const { accept, session } = openInbox(await open());
      const erased = (ref: Extract<Fact, { kind: "erase" }>["ref"]): Fact => {
        return { id: null, at: AT + 3, kind: "erase", ref };
      };
      const merged: Fact = { id: "m", at: AT + 2, kind: "merge", from: "c1", into: "c2" };
      const messages = [
        ...messageIn("c1", "u1", "web_widget", AT),
        ...messageIn("c2", "u2", "web_widget", AT + 1),
      ];
      // After a merge both conversations are erased with either.
      await accept(...messages, merged, erased({ conversation: "c2" }), ...messages, merged);
      deepEqual([await session("c1"), await session("c2")], [null, null]);
      // The erasure may come first.
      const linked: Fact = { id: null, at: AT, kind: "link", conversation: "c4", ticket: "t4" };
      await accept(erased({ user: "u3" }), erased({ ticket: "t4" }));
      await accept(...messageIn("c3", "u3", "web_widget", AT), linked);
      deepEqual([await session("c3"), await session("c4")], [null, null]);
    },
  },
  {
    name: "a conversation has the ticket that its desk tied to it last, in any order, also repeated",
    async run(open) {
      const { accept, session } = openInbox(await open());
      for (const [index, order] of permutationsOf([0, 1]).entries()) {
        const conversation = `c${index}`;
        const links: readonly Fact[] = ["earlier", "later"].map((ticket, number) => {
          return { id: null, at: AT + number, kind: "link", conversation, ticket };
        });
        for (const each of [...order, 0]) await accept(links[each] as Fact);
        deepEqual(
          (await session(conversation))?.links.map(({ ticket }) => ticket),
          ["later"],
        );
      }
    },
  },
  {
    name: "an agent's message that two desks report answers what came before it, once, in any order",
    async run(open) {
      const { acceptAs, session } = openInbox(await open());
      for (const [index, order] of permutationsOf([0, 1, 2]).entries()) {
        const conversation = `c${index}`;
        const about = { kind: "event", ref: { conversation } } as const;
        const answered = (desk: string, at: number): readonly [string, readonly Fact[]] => [
          desk,
          [{ ...about, id: `${conversation} ${at}`, at, event: { type: "agent_message" } }],
        ];
        const link = { id: null, at: AT, kind: "link", conversation, ticket: "t" } as const;
        await acceptAs("messages", ...messageIn(conversation, "u", "sunco_web", AT));
        await acceptAs("tickets", link);
        const reports = [
          answered("messages", AT + 1),
          answered("tickets", AT + 1),
          ["messages", messageIn(conversation, "u", "sunco_web", AT + 2)] as const,
          answered("messages", AT + 3),
          answered("tickets", AT + 3),
        ];
        for (const each of [...order, 3, 4]) {
          const [desk, facts] = reports[each] ?? ["", []];
          await acceptAs(desk, ...facts);
        }
        deepEqual((await session(conversation))?.agentRepliesAt, [AT + 3]);
      }
    },
  },
  {
    name: "a message that two desks report is once in the trace, in any order, also repeated",
    async run(open) {
      const { acceptAs, session } = openInbox(await open());
      for (const [index, order] of permutationsOf([0, 1, 2, 3]).entries()) {
        const conversation = `c${index}`;
        const link = { id: null, at: AT, kind: "link", conversation, ticket: "t" } as const;
        const message = (desk: string, type: "end_user_message" | "agent_message", at: number) =>
          [
            desk,
            [{ id: `m ${type}`, at, kind: "event", ref: { conversation }, event: { type } }],
          ] as const;
        const reports: readonly (readonly [string, readonly Fact[]])[] = [
          message("messages", "end_user_message", AT + 1),
          message("tickets", "end_user_message", AT + 3),
          message("messages", "agent_message", AT + 10),
          message("tickets", "agent_message", AT + 12),
        ];
        for (const desk of ["messages", "tickets"]) await acceptAs(desk, link);
        for (const each of [...order, ...order]) {
          const [desk, facts] = reports[each] ?? ["", []];
          await acceptAs(desk, ...facts);
        }
        const { trace = "", createdAt = 0 } = (await session(conversation)) ?? {};
        const types = decodeTrace(trace, createdAt).map(({ type }) => type);
        deepEqual(types.sort(), ["agent_message", "end_user_message"]);
      }
    },
  },
  {
    name: "two desks of one conversation end the same in any order: its channel, and what either has closed",
    async run(open) {
      const { acceptAs, session } = openInbox(await open());
      for (const [index, order] of permutationsOf([0, 1, 2]).entries()) {
        const conversation = `c${index}`;
        const about = { id: null, at: AT + 2 } as const;
        const requests: readonly [string, readonly Fact[]][] = [
          ["messages", messageIn(conversation, "u", "sunco_whatsapp", AT + 1)],
          ["tickets", [{ ...about, kind: "link", conversation, ticket: "t" }]],
          [
            "tickets",
            [
              { ...about, kind: "link", conversation, ticket: "t" },
              {
                ...about,
                kind: "event",
                ref: { conversation },
                event: { type: "ticket_updated", ticket: { status: "solved" } },
              },
            ],
          ],
        ];
        for (const each of order) {
          const [desk, facts] = requests[each] ?? ["", []];
          await acceptAs(desk, ...facts);
        }
        const found = await session(conversation);
        deepEqual([found?.channel, found?.ticket.status], ["sunco_whatsapp", "solved"]);
      }
    },
  },
];
