/**
 * The audit log: who changed what in an account. An entry is stored in one step with its change, so
 * there is no change without one. It is kept for {@link AUDIT_KEPT_MS}.
 * @module
 */
import { TurnBudget } from "../async/turns.ts";
import type { AuditAction } from "../core/lists.ts";
import { followingChanges, type Overrides } from "../core/settings-schema.ts";
import type { Trigger } from "../core/trigger.ts";
import type { Actor, AuditEntry } from "../stores/admin.ts";
import type { Store } from "../stores/store.ts";
import { randomText } from "./keys.ts";
import { isSameJson } from "./same-json.ts";

export const AUDIT_KEPT_MS = 400 * 86_400_000;

/** The version of the terms of presence detection that `termsAccepted` accepts. */
export const TERMS_VERSION = 1;

/** How many entries one search reads, so that a rare one does not hold up the event loop. */
const MAX_EXAMINED = 5_000;
/** An entry may be twice as large as a request. */
const READ_LIMIT = 25;

/** Sorts entries of one process and millisecond in their order. */
let lastNumber = 0;

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");

/** An id that sorts before those of all entries of `at` and later. */
export function auditIdBefore(at: number): string {
  return hex(Math.max(0, Math.floor(at)), 12);
}

export const AUDIT_ID = /^[0-9a-f]{16}[\w-]{8}$/;

export interface AuditChange {
  readonly by: Actor;
  readonly action: AuditAction;
  readonly target?: string | null;
  readonly from?: unknown;
  readonly to?: unknown;
  readonly alsoChanged?: AuditEntry["alsoChanged"];
}

export function createEntry(at: number, change: AuditChange): AuditEntry {
  lastNumber = (lastNumber + 1) % 0x10000;
  const id = `${auditIdBefore(at)}${hex(lastNumber, 4)}${randomText(6)}`;
  const { by, action, target = null, from = null, to = null, alsoChanged = [] } = change;
  const entry = { id, at, by, action, target, from, to };
  return alsoChanged.length === 0 ? entry : { ...entry, alsoChanged };
}

/** What an account's settings and triggers are changed from and to. */
export interface ConfigChange {
  readonly from: { readonly overrides: Overrides; readonly triggers: readonly Trigger[] };
  readonly to: ConfigChange["from"];
}

/** @param undoes the id of the entry that the change undoes; `null`: it undoes none */
export function configEntries(
  at: number,
  by: Actor,
  { from, to }: ConfigChange,
  undoes: string | null = null,
): AuditEntry[] {
  const target = undoes;
  const entries: AuditEntry[] = [];
  const changed = changedSettings(from.overrides, to.overrides);
  const isAccepted = changed.includes("termsAccepted") && to.overrides["termsAccepted"] === true;
  if (isAccepted) {
    const version = { version: TERMS_VERSION };
    entries.push(createEntry(at, { by, action: "terms_accepted", target, to: version }));
  }
  const names = changed.filter((name) => !(isAccepted && name === "termsAccepted"));
  if (names.length > 0) {
    const pick = (overrides: Overrides) =>
      Object.fromEntries(names.map((name) => [name, overrides[name] ?? null]));
    const alsoChanged = followingChanges(from.overrides, to.overrides);
    const settings = { from: pick(from.overrides), to: pick(to.overrides), alsoChanged };
    entries.push(createEntry(at, { by, action: "settings_changed", target, ...settings }));
  }
  if (!isSameJson(from.triggers, to.triggers)) {
    const triggers = changedTriggers(from.triggers, to.triggers);
    entries.push(createEntry(at, { by, action: "triggers_changed", target, ...triggers }));
  }
  return entries;
}

/** Dotted names of the settings that differ. */
export function changedSettings(from: Overrides, to: Overrides): readonly string[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return names.filter((name) => !isSameJson(from[name] ?? null, to[name] ?? null));
}

/** A trigger that was removed, with its position in the list, from 1. */
export interface RemovedTrigger extends Trigger {
  readonly position: number;
}

/** The triggers that differ; where only their order does, the names of all. */
function changedTriggers(from: readonly Trigger[], to: readonly Trigger[]) {
  const without = (all: readonly Trigger[], others: readonly Trigger[]) =>
    all.filter((each) => !others.some((other) => isSameJson(each, other)));
  const differing = { from: without(from, to), to: without(to, from) };
  if (differing.from.length + differing.to.length > 0) {
    const placed = differing.from.map((each): Trigger | RemovedTrigger =>
      to.some(({ name }) => name === each.name)
        ? each
        : { ...each, position: from.indexOf(each) + 1 },
    );
    return { ...differing, from: placed };
  }
  const namesOf = (all: readonly Trigger[]) => all.map(({ name }) => name);
  return { from: namesOf(from), to: namesOf(to) };
}

/** An entry by its id; `null`: there is none. */
export async function findAuditEntry(
  { admin }: Store,
  account: string,
  id: string,
): Promise<AuditEntry | null> {
  // It sorts directly after the id.
  const [entry] = await admin.audit(account, `${id}~`, 1);
  return entry?.id === id ? entry : null;
}

export interface AuditQuery {
  /** Entries that are not in the log yet, read before it is; missing: none. */
  readonly current?: readonly AuditEntry[];
  readonly beforeId: string | null;
  readonly limit: number;
  readonly isWanted: (entry: AuditEntry) => boolean;
}

export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** Before which id the next page begins; `null` after the last one. */
  readonly nextBeforeId: string | null;
}

/** The newest entries of both before an id; an entry may have come into the log since the others were read. */
function merged(
  current: readonly AuditEntry[],
  stored: readonly AuditEntry[],
  before: string | null,
): readonly AuditEntry[] {
  const known = new Set(stored.map(({ id }) => id));
  const more = current.filter(({ id }) => !known.has(id) && (before === null || id < before));
  if (more.length === 0) return stored;
  return [...stored, ...more].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, READ_LIMIT);
}

/** A page of the log, newest first. It may be short, or empty, and not the last one. */
export async function readAudit(
  { admin }: Store,
  account: string,
  { current = [], beforeId, limit, isWanted }: AuditQuery,
): Promise<AuditPage> {
  const entries: AuditEntry[] = [];
  const budget = new TurnBudget();
  let before = beforeId;
  for (let examined = 0; examined < MAX_EXAMINED; examined += READ_LIMIT) {
    const stored = await admin.audit(account, before, READ_LIMIT);
    const read = merged(current, stored, before);
    for (const entry of read) {
      if (isWanted(entry)) entries.push(entry);
      before = entry.id;
      if (entries.length === limit) return { entries, nextBeforeId: before };
    }
    if (read.length < READ_LIMIT) return { entries, nextBeforeId: null };
    await budget.step();
  }
  return { entries, nextBeforeId: before };
}
