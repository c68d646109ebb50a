import type { Presence, Reason } from "../../core/lists.ts";
import { errorWords } from "./delivery-error.ts";
import { timeWords } from "./time-words.ts";
import { type Delivery, deliveryWords } from "./webhook.ts";

/** A help desk of the account, as the API returns it. */
export interface HelpDesk {
  id: string;
  kind: string;
  /** How many secrets there are. */
  inbound: { secrets: number };
  inboundUrl: string;
  /** Without credentials; `null`: the desk is told nothing. */
  outbound: Record<string, unknown> | null;
  dryRun: boolean;
  /** Presence is tried out, so the desk is told nothing. */
  trial: boolean;
  mapping: DeskMapping;
  lastHeardAt: string | null;
  lastWrittenAt: string | null;
  /** Messages that were not signed as they must be. */
  refused: number;
  parked: number;
  delivery: {
    /** Counted up to 1,000. */
    pending: number;
    pausedUntil: string | null;
    nextAttemptAt: string | null;
    lastFailure: { at: string; response: number | null; error: string | null } | null;
  } | null;
  /** Triggers that are on and do not fit the desk. */
  triggerConflicts: readonly TriggerConflict[];
}

interface TriggerConflict {
  code: "routing_channel_not_told" | "recipes_on_here";
  triggers: readonly string[];
}

/** What a desk's words mean here, besides those of its kind. */
export interface DeskMapping extends Partial<Record<MappingTable, Record<string, string>>> {
  prefix?: string;
}

export const MAPPING_TABLES = ["status", "priority", "group", "agent"] as const;
export type MappingTable = (typeof MAPPING_TABLES)[number];

/** What is entered for a desk; what is missing stays as it is. */
export interface DeskUpdate {
  kind: string;
  inbound: { secrets?: string[] };
  outbound: Record<string, unknown> | null;
  dryRun: boolean;
  mapping: DeskMapping;
}

/** Messages that wait for the conversation of their ticket. */
export interface ParkedFacts {
  ticket: string | null;
  conversation: string | null;
  facts: number;
  since: string;
}

/** What a dry run or a trial run would have written to a desk. */
export interface DryWrite {
  at: string;
  session: string;
  conversation: string;
  presence: Presence;
  reason: Reason | null;
  changed: {
    status?: string;
    priority?: string | null;
    group?: string | null;
    tags?: { added: string[]; removed: string[] };
  };
}

/** What a desk answered that was asked whether it would accept writes. */
export interface DeskTest {
  delivered: boolean;
  response: number | null;
  error: string | null;
}

/** Errors of deliveries and tests that a desk alone has. */
const DESK_ERROR_WORDS: Readonly<Record<string, string>> = {
  timeout: "it did not answer in time",
  gone: "it has no such account or conversation",
  misconfigured: "it refuses the access, or lacks what is written to",
  paced: "it waits for its turn, as 90 writes a minute are made at most",
  unfinished: "it changed meanwhile, and is read again",
};

/** Everything of a desk as it is now, to change a part of it. */
export function updateOf({ kind, outbound, dryRun, mapping }: HelpDesk): DeskUpdate {
  return { kind, inbound: {}, outbound, dryRun, mapping };
}

/** Why triggers do not fit a desk, and what to do. */
export function conflictWords(id: string, { code, triggers }: TriggerConflict): string {
  const names = triggers.map((name) => `“${name}”`).join(", ");
  return code === "recipes_on_here"
    ? `These triggers are on here: ${names}. ${id} can have the same as triggers of its own. Let each run in one of the two, not in both.`
    : `These triggers continue by another channel: ${names}. ${id} cannot be told that: the conversation ends here and goes on there. Switch them off, or let a group decide who answers.`;
}

/** Whether the desk is told how things stand. */
export function toldWords({ outbound, dryRun, trial, delivery }: HelpDesk): string {
  if (outbound === null) return "Nothing: it has no access to the desk";
  if (dryRun) return "Nothing: it is a dry run";
  if (trial) return "Nothing: presence is tried out";
  const { pending = 0, pausedUntil, nextAttemptAt, lastFailure } = delivery ?? {};
  return [
    "Presence and reason of each conversation",
    pending > 0 && `${pending === 1000 ? "1,000 or more wait" : `${pending} wait`}`,
    lastFailure && answerWords(lastFailure),
    pausedUntil && `paused until ${timeWords(pausedUntil)}, as the desk asked`,
    nextAttemptAt && `tried again at ${timeWords(nextAttemptAt)}`,
  ]
    .filter(Boolean)
    .join("; ");
}

/** Why a desk did not answer, or would not accept. */
export function deskErrorWords(error: string): string {
  return DESK_ERROR_WORDS[error] ?? errorWords(error);
}

function answerWords({ response, error }: { response: number | null; error: string | null }) {
  const answer = response === null ? "" : `the desk answered ${response}`;
  return [answer, error && deskErrorWords(error)].filter(Boolean).join(": ");
}

/** How a test went, and what to check where the desk would not accept. */
export function deskTestWords(id: string, test: DeskTest): string {
  if (test.delivered) return `${id} accepts what it is told. Nothing was written there.`;
  return `${id} would not accept what it is told: ${answerWords(test)}.`;
}

/** How a write to a desk went. */
export function deskDeliveryWords(delivery: Delivery): string {
  const { status, response } = delivery;
  if (status === "delivered" && response === null)
    return "Nothing was written: the desk knew it, or was to be told nothing";
  return deliveryWords({ ...delivery, response: null, error: answerWords(delivery) || null });
}

/** What triggers and timers have changed of a ticket. */
export function changedWords({ status, priority, group, tags }: DryWrite["changed"]): string {
  return [
    status !== undefined && `status ${status}`,
    priority !== undefined && `priority ${priority ?? "none"}`,
    group !== undefined && `group ${group ?? "none"}`,
    ...(tags?.added ?? []).map((tag) => `with the tag ${tag}`),
    ...(tags?.removed ?? []).map((tag) => `without the tag ${tag}`),
  ]
    .filter(Boolean)
    .join(", ");
}
