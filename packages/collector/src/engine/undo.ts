/**
 * Undoing an entry of the audit log: what it changed is set back where it is still as the entry left it.
 * An undo is a change like any other, and its own entry names the one that it undoes.
 * @module
 */
import type { Overrides } from "../core/settings-schema.ts";
import type { Trigger } from "../core/trigger.ts";
import type { AuditEntry } from "../stores/admin.ts";
import { type ConfigChange, changedSettings, type RemovedTrigger } from "./audit.ts";
import { isSameJson } from "./same-json.ts";

type Config = ConfigChange["from"];

export interface Undo {
  /** Settings and triggers after it. */
  readonly config: Config;
  /** Settings by dotted name, or triggers by name, that are set back. */
  readonly undone: readonly string[];
  /** Those that someone has changed since, and that stay as they are. */
  readonly kept: readonly string[];
}

/** `null`: entries of this kind cannot be undone. */
export function undoOf({ action, from, to }: AuditEntry, now: Config): Undo | null {
  if (action === "settings_changed") return undoSettings(from as Overrides, to as Overrides, now);
  if (action !== "triggers_changed" || !Array.isArray(from) || !Array.isArray(to)) return null;
  const [before, after] = [from, to] as [readonly unknown[], readonly unknown[]];
  return before.every((each) => typeof each === "string") && before.length > 0
    ? undoOrder(before as readonly string[], after as readonly string[], now)
    : undoTriggers(before as readonly ListedTrigger[], after as readonly Trigger[], now);
}

function undoSettings(from: Overrides, to: Overrides, now: Config): Undo {
  const moved = new Set(changedSettings(pick(now.overrides, to), to));
  const names = Object.keys(to);
  const undone = names.filter((name) => !moved.has(name));
  const overrides = { ...now.overrides };
  for (const name of undone) {
    const before = from[name] ?? null;
    if (before === null) delete overrides[name];
    else overrides[name] = before;
  }
  return { config: { ...now, overrides }, undone, kept: names.filter((name) => moved.has(name)) };
}

const pick = (overrides: Overrides, names: Overrides): Overrides =>
  Object.fromEntries(Object.keys(names).map((name) => [name, overrides[name] ?? null]));

function undoOrder(from: readonly string[], to: readonly string[], now: Config): Undo {
  const names = now.triggers.map(({ name }) => name);
  if (!isSameJson(names, to)) return { config: now, undone: [], kept: to };
  const triggers = from.flatMap((name) => now.triggers.find((each) => each.name === name) ?? []);
  return { config: { ...now, triggers }, undone: to, kept: [] };
}

/** Entries of earlier builds have no positions. */
type ListedTrigger = Trigger & Partial<RemovedTrigger>;

/**
 * A trigger that was removed comes back at its old position, or as near as the list is long; one that was
 * renamed stays where it is.
 */
function undoTriggers(from: readonly ListedTrigger[], to: readonly Trigger[], now: Config): Undo {
  const triggers = [...now.triggers];
  const [undone, kept]: [string[], string[]] = [[], []];
  for (const { before, after } of pairs(from, to)) {
    const name = (before ?? after)?.name ?? "";
    const at = triggers.findIndex((each) => each.name === (after ?? before)?.name);
    const isAsLeft = after ? isSameJson(triggers[at] ?? null, after) : at === -1;
    const isTaken =
      before !== undefined && triggers.some((each, i) => i !== at && each.name === before.name);
    if (!isAsLeft || isTaken) {
      kept.push(name);
      continue;
    }
    if (before) {
      const { position = triggers.length + 1, ...trigger } = before;
      triggers.splice(after ? at : position - 1, after ? 1 : 0, trigger);
    } else triggers.splice(at, 1);
    undone.push(name);
  }
  return { config: { ...now, triggers }, undone, kept };
}

interface Pair {
  readonly before?: ListedTrigger | undefined;
  readonly after?: Trigger | undefined;
}

/** Each trigger with what became of it: that of the same name, or else the one that was added in its turn. */
function pairs(from: readonly ListedTrigger[], to: readonly Trigger[]): readonly Pair[] {
  const added = to.filter(({ name }) => !from.some((each) => each.name === name));
  const changed = from.map((before) => {
    const after = to.find(({ name }) => name === before.name);
    return { before, after: after ?? added.shift() };
  });
  return [...changed, ...added.map((after) => ({ after }))];
}
