import { describe, expect, it } from "vitest";
import type { Overrides } from "../core/settings-schema.ts";
import type { Trigger } from "../core/trigger.ts";
import type { AuditEntry } from "../stores/admin.ts";
import { configEntries } from "./audit.ts";
import { undoOf } from "./undo.ts";

const named = (name: string, tag = "seen"): Trigger => ({
  name,
  enabled: true,
  all: [],
  any: [],
  actions: [{ type: "add_tags", value: [tag] }],
});
const config = (overrides: Overrides, triggers: readonly Trigger[] = []) => ({
  overrides,
  triggers,
});
type Config = ReturnType<typeof config>;

/** Undoes the change from one to the other, while `now` is what counts. */
function undo(from: Config, to: Config, now: Config) {
  const [entry] = configEntries(0, { cli: "test" }, { from, to });
  return entry ? undoOf(entry, now) : null;
}

describe("an undo of settings", () => {
  it("sets back those that still have what the entry gave them, and names the others", () => {
    const from = config({ retentionDays: 30 });
    const to = config({ retentionDays: 60, routing: "omnichannel" });
    expect(undo(from, to, to)).toEqual({
      config: from,
      undone: ["retentionDays", "routing"],
      kept: [],
    });
    const later = config({ retentionDays: 90, routing: "omnichannel" });
    expect(undo(from, to, later)).toEqual({
      config: config({ retentionDays: 90 }),
      undone: ["routing"],
      kept: ["retentionDays"],
    });
  });
});

describe("an undo of triggers", () => {
  const lists = (from: readonly Trigger[], to: readonly Trigger[], now: readonly Trigger[]) => {
    const found = undo(config({}, from), config({}, to), config({}, now));
    return found && { ...found, config: found.config.triggers };
  };

  it("takes out what was added, and brings back what was removed at its old position", () => {
    const [a, b, c, d] = [named("a"), named("b"), named("c"), named("d")];
    expect(lists([a], [a, b], [b, a])).toEqual({ config: [a], undone: ["b"], kept: [] });
    expect(lists([a, b], [b], [b])).toEqual({ config: [a, b], undone: ["a"], kept: [] });
    expect(lists([a, b, c, d], [c], [c])?.config).toEqual([a, b, c, d]);
  });

  it("brings back what was removed at the end where the list is shorter now, or an entry says no position", () => {
    const [a, b, c, d] = [named("a"), named("b"), named("c"), named("d")];
    expect(lists([a, b, c, d], [a, b, c], [a])?.config).toEqual([a, d]);
    const [entry] = configEntries(
      0,
      { cli: "t" },
      { from: config({}, [a, b]), to: config({}, [b]) },
    );
    const old = undoOf({ ...(entry as AuditEntry), from: [a] }, config({}, [b]));
    expect(old?.config.triggers).toEqual([b, a]);
  });

  it("sets back a changed or renamed one where it stands", () => {
    const [a, b, changed, renamed] = [named("a"), named("b"), named("a", "new"), named("z")];
    expect(lists([a, b], [changed, b], [changed, b])?.config).toEqual([a, b]);
    expect(lists([a, b], [renamed, b], [b, renamed])?.config).toEqual([b, a]);
  });

  it("keeps those that someone has changed, removed or added since", () => {
    const [a, changed, later] = [named("a"), named("a", "new"), named("a", "later")];
    for (const now of [[later], []]) {
      expect(lists([a], [changed], now)).toEqual({ config: now, undone: [], kept: ["a"] });
    }
    expect(lists([a], [], [later])).toEqual({ config: [later], undone: [], kept: ["a"] });
    const renamed = named("z");
    expect(lists([a], [renamed], [renamed, later])).toMatchObject({ undone: [], kept: ["a"] });
  });

  it("sets an order back unless the list has changed since", () => {
    const [a, b, c] = [named("a"), named("b"), named("c")];
    expect(lists([a, b], [b, a], [b, a])?.config).toEqual([a, b]);
    expect(lists([a, b], [b, a], [b, a, c])).toEqual({
      config: [b, a, c],
      undone: [],
      kept: ["b", "a"],
    });
  });
});

it("there is no undo of other entries", () => {
  const to = config({ termsAccepted: true });
  expect(undo(config({}), to, to)).toBeNull();
});
