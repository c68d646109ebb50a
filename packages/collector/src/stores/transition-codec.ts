/**
 * The stored format of a transition: a JSON array in a fixed order, with enum values as their index
 * and trailing zeros dropped. The store keeps `seq` and `at` itself.
 * @module
 */
import {
  PRESENCES,
  QUEUE_STANDINGS,
  REASONS,
  type Reason,
  STATES,
  TRANSITION_CAUSES,
} from "../core/lists.ts";
import type { TicketChanges } from "../core/ticket.ts";
import type { Standing, Transition } from "../core/transition.ts";

/** Index 0 stands for no reason. */
const STORED_REASONS: readonly Reason[] = [null, ...REASONS];

export type EncodedTransition = string;

export function encodeTransition(transition: Transition): EncodedTransition {
  const { cause, from, to, queue, capacityHeld, assignee, heardAt, at } = transition;
  const row: unknown[] = [
    TRANSITION_CAUSES.indexOf(cause),
    ...encodeStanding(from),
    ...encodeStanding(to),
    QUEUE_STANDINGS.indexOf(queue),
    capacityHeld ? 1 : 0,
    assignee ?? 0,
    heardAt === null ? 0 : [at - heardAt],
    Object.keys(transition.ticketChanges).length > 0 ? transition.ticketChanges : 0,
    transition.triggers.length > 0 ? transition.triggers : 0,
    transition.notify.length > 0 ? transition.notify : 0,
  ];
  while (row.at(-1) === 0) row.pop();
  return JSON.stringify(row);
}

export function decodeTransition(seq: number, at: number, text: EncodedTransition): Transition {
  const row = JSON.parse(text) as unknown[];
  const number = (index: number) => (row[index] ?? 0) as number;
  const assignee = row[9] ?? 0;
  const age = row[10] ?? 0;
  return {
    seq,
    at,
    from: decodeStanding(number(1), number(2), number(3)),
    to: decodeStanding(number(4), number(5), number(6)),
    cause: nameOf(TRANSITION_CAUSES, number(0)),
    queue: nameOf(QUEUE_STANDINGS, number(7)),
    capacityHeld: number(8) === 1,
    assignee: assignee === 0 ? null : (assignee as string),
    heardAt: age === 0 ? null : at - ((age as number[])[0] ?? 0),
    ticketChanges: (row[11] || {}) as TicketChanges,
    triggers: (row[12] || []) as string[],
    notify: (row[13] || []) as string[],
  };
}

function encodeStanding({ state, reason, presence }: Standing): number[] {
  return [STATES.indexOf(state), STORED_REASONS.indexOf(reason), PRESENCES.indexOf(presence)];
}

function decodeStanding(state: number, reason: number, presence: number): Standing {
  return {
    state: nameOf(STATES, state),
    reason: nameOf(STORED_REASONS, reason),
    presence: nameOf(PRESENCES, presence),
  };
}

function nameOf<T>(names: readonly T[], index: number): T {
  const name = names[index];
  if (name === undefined)
    throw new Error(`A stored transition has the unknown enum value ${index}.`);
  return name;
}
