/**
 * What every view of an account fulfils, whatever has happened to its sessions: docs/invariants.md has the
 * rules. It compares what a store has indexed with the sessions themselves.
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { aliasOf, isMerging } from "../core/merge.ts";
import { type Session, stateOf } from "../core/session.ts";
import type { Settings } from "../core/settings.ts";
import { type Transition, visibleOf } from "../core/transition.ts";
import { comparePositions } from "../stores/list.ts";
import type { AccountView } from "./view.ts";

/** @throws {Error} naming the invariant that does not hold */
export function checkInvariants(view: AccountView, settings: Settings): void {
  const listed = view.sessions.map(({ session }) => session);
  const aliases = view.aliases.map(({ session }) => session);
  for (const session of listed) checkSession(session, settings);
  checkQueue(view, listed, settings);
  checkAgents(view, listed, settings);
  checkFound(view, listed);
  checkAliases(view, listed, aliases);
  checkVisitors([...listed, ...aliases], settings);
  for (const [id, transitions] of Object.entries(view.histories)) checkHistory(id, transitions);
}

function checkSession(session: Session, settings: Settings): void {
  const { id, assignee, ended, begunAt, queuedAt, ticket, mergesTaken } = session;
  const { state, queue, capacityHeld } = visibleOf(session, settings);
  equal(new Set(mergesTaken).size, mergesTaken.length, `${id} has taken over twice`);
  if (capacityHeld) ok(assignee !== null && state !== "ended", `${id} holds capacity of nobody`);
  if (queue !== "none") {
    ok(assignee === null && begunAt !== null && queuedAt !== null && !ended, `${id} cannot wait`);
    ok(ticket.status === "new" || ticket.status === "open", `${id} waits with a closed ticket`);
  }
  if (isMerging(session)) {
    deepEqual({ queue, capacityHeld }, { queue: "none", capacityHeld: false }, `${id} counts`);
  }
}

function checkQueue(view: AccountView, listed: readonly Session[], settings: Settings): void {
  const waiting = listed
    .map((session) => ({ session, queue: visibleOf(session, settings).queue }))
    .filter(({ queue }) => queue !== "none");
  const inOrder = waiting
    .map(({ session: { id, queuedAt } }) => ({ id, at: queuedAt ?? 0 }))
    .sort(comparePositions);
  deepEqual(
    view.waiting,
    inOrder.map(({ id }) => id),
    "the queue has who waits, in order",
  );
  for (const { group, counts } of view.queueCounts) {
    const ofGroup = waiting.filter(({ session }) => !group || session.ticket.group === group);
    const queued = ofGroup.filter(({ queue }) => queue === "queued").length;
    deepEqual(counts, { queued, direct: ofGroup.length - queued }, "the queue's length");
  }
}

function checkAgents(view: AccountView, listed: readonly Session[], settings: Settings): void {
  const assigned = listed.flatMap((session) => {
    if (session.assignee === null) return [];
    const { capacityHeld } = visibleOf(session, settings);
    return [`${session.assignee} ${session.id} ${capacityHeld}`];
  });
  const found = view.assignments.flatMap(({ agent, sessions }) =>
    sessions.map(({ session, capacityHeld }) => `${agent} ${session} ${capacityHeld}`),
  );
  deepEqual(found.sort(), assigned.sort(), "each agent has the sessions that are assigned");
}

function checkFound(view: AccountView, listed: readonly Session[]): void {
  const finds: Record<keyof AccountView["found"], (session: Session) => boolean> = {
    user: ({ user }) => user === "u_1",
    ticket: ({ ticket, links }) => ticket.id === "4711" || links.some((it) => it.ticket === "4711"),
    link: ({ links }) => links.some((it) => it.desk === "zd" && it.ticket === "4711"),
    tag: ({ ticket }) => ticket.tags.includes("a"),
  };
  for (const [name, has] of Object.entries(finds)) {
    const expected = listed.filter(has).map(({ id }) => id);
    deepEqual(view.found[name as keyof typeof finds], expected, `the look-up by ${name}`);
  }
}

function checkAliases(
  view: AccountView,
  listed: readonly Session[],
  aliases: readonly Session[],
): void {
  for (const session of listed) equal(aliasOf(session), null, `${session.id} is an alias`);
  for (const { deadlineAt, session } of view.aliases) {
    const { id, pages, ended } = session;
    deepEqual({ id, pages, deadlineAt }, { id, pages: [], deadlineAt: null });
    ok(ended, `${id} goes on as another, and has not ended`);
    const into = survivorOf(session, aliases);
    ok(
      listed.some((each) => each.id === into),
      `${id} goes on as ${into}, which is not there`,
    );
    const last = view.histories[id]?.at(-1);
    // It may be pruned.
    if (last) equal(last.mergedInto, session.merge?.into, `the end of ${id}'s history`);
  }
}

/** Where a chain of aliases ends. */
function survivorOf(session: Session, aliases: readonly Session[]): string {
  let { id, merge } = session;
  for (let hop = 0; merge && hop <= aliases.length; hop += 1) {
    id = merge.into;
    merge = aliases.find((each) => each.id === id)?.merge ?? null;
  }
  return id;
}

/** Sessions that go on as one another, also where that is not complete, count once. */
function checkVisitors(sessions: readonly Session[], settings: Settings): void {
  const of = (session: Session) => survivorOf(session, sessions);
  for (const visitor of new Set(sessions.map(of))) {
    const own = sessions
      .filter((session) => of(session) === visitor && stateOf(session) !== "ended")
      .map((session) => visibleOf(session, settings));
    const counted = own.filter(({ queue, capacityHeld }) => queue !== "none" || capacityHeld);
    ok(counted.length <= 1, `${visitor} counts ${counted.length} times`);
  }
}

function checkHistory(id: string, transitions: readonly Transition[]): void {
  for (const [index, next] of transitions.entries()) {
    const before = transitions[index - 1];
    if (next.cause === "merged" && next.from.presence === "online") {
      ok(next.to.presence !== "offline", `${id} is offline because of a merge`);
    }
    if (!before) continue;
    equal(next.seq, before.seq + 1, `${id}'s history has a gap`);
    ok(next.at >= before.at, `${id}'s history goes back in time`);
    if (next.cause !== "settings_changed") deepEqual(next.from, before.to, `${id}'s history`);
    if (before.to.state !== "ended") continue;
    deepEqual(
      [next.to.state, next.to.reason],
      ["ended", before.to.reason],
      `${id} ended only once`,
    );
  }
}
