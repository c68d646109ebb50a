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
import { listOf, nameAt, numberOf, objectOf, textOf } from "./decode.ts";

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
    transition.mergedInto ?? 0,
  ];
  while (row.at(-1) === 0) row.pop();
  return JSON.stringify(row);
}

/** @throws if the text is no transition in this format. */
export function decodeTransition(seq: number, at: number, text: EncodedTransition): Transition {
  const row = listOf(JSON.parse(text));
  const number = (index: number) => numberOf(row[index] ?? 0);
  const assignee = row[9] ?? 0;
  const age = row[10] ?? 0;
  return {
    seq: numberOf(seq),
    at: numberOf(at),
    from: decodeStanding(number(1), number(2), number(3)),
    to: decodeStanding(number(4), number(5), number(6)),
    cause: nameAt(TRANSITION_CAUSES, number(0)),
    queue: nameAt(QUEUE_STANDINGS, number(7)),
    capacityHeld: number(8) === 1,
    assignee: assignee === 0 ? null : textOf(assignee),
    heardAt: age === 0 ? null : at - numberOf(listOf(age)[0] ?? 0),
    ticketChanges: objectOf(row[11] || {}) as TicketChanges,
    triggers: listOf(row[12] || []).map(textOf),
    notify: listOf(row[13] || []).map(textOf),
    ...((row[14] ?? 0) !== 0 && { mergedInto: textOf(row[14]) }),
  };
}

function encodeStanding({ state, reason, presence }: Standing): number[] {
  return [STATES.indexOf(state), STORED_REASONS.indexOf(reason), PRESENCES.indexOf(presence)];
}

function decodeStanding(state: number, reason: number, presence: number): Standing {
  return {
    state: nameAt(STATES, state),
    reason: nameAt(STORED_REASONS, reason),
    presence: nameAt(PRESENCES, presence),
  };
}
