import { describe, expect, it } from "vitest";
import { DEFAULT_GROUPS, RECIPE_NAMES, recipe } from "../../core/recipes.ts";
import { TRIGGER_FIELDS, type Trigger } from "../../core/trigger.ts";
import { checkTriggers } from "../../core/trigger-check.ts";
import {
  ACTION_TYPES,
  conditionWith,
  freeName,
  NEW_CONDITION,
  newAction,
  operatorsOf,
  tagsIn,
  triggerProblems,
  valuesOf,
} from "./trigger-edit.ts";
import { RECIPE_WORDS, triggerSentence } from "./trigger-words.ts";

const trigger = (differs: Partial<Trigger> = {}): Trigger => ({
  name: "T",
  enabled: true,
  all: [NEW_CONDITION],
  any: [],
  actions: [{ type: "add_tags", value: ["vip"] }],
  ...differs,
});

describe("the builder of triggers", () => {
  it.each(TRIGGER_FIELDS)("offers nothing over %s that the core refuses", (field) => {
    for (const op of operatorsOf(field)) {
      for (const value of valuesOf(field) ??
        (field === "ticket.tags" ? [["vip"]] : ["any", null])) {
        const condition = op === "changed" ? { field, op } : { field, op, value };
        expect(checkTriggers([trigger({ all: [condition] })])).toEqual([]);
      }
    }
  });

  it("keeps a value while only the operator changes, and takes another with another field", () => {
    const first = conditionWith(NEW_CONDITION, { op: "is" });
    expect(first).toEqual({ field: "session.state", op: "is", value: "inactive" });
    expect(conditionWith(first, { field: "ticket.tags" })).toEqual({
      field: "ticket.tags",
      op: "is",
      value: [],
    });
    expect(conditionWith(first, { op: "changed" })).toEqual({
      field: "session.state",
      op: "changed",
    });
    const below = { field: "ticket.status", op: "less_than", value: "solved" } as const;
    expect(conditionWith(below, { field: "session.assignee" })).toEqual({
      field: "session.assignee",
      op: "is",
      value: null,
    });
  });

  it("says what is missing before the collector does", () => {
    const wrong = [
      trigger({ name: " ", actions: [] }),
      trigger({ name: "A", actions: ACTION_TYPES.map(newAction) }),
      trigger({ name: "A", any: [{ field: "ticket.tags", op: "includes", value: [] }] }),
    ];
    expect([...triggerProblems(wrong).keys()].sort()).toEqual([
      "0.actions",
      "0.name",
      "1.actions.3",
      "1.actions.4",
      "1.actions.6",
      "2.any.0",
      "2.name",
    ]);
    expect(triggerProblems([trigger()])).toEqual(new Map());
  });

  it("finds a free name, and reads tags with commas between them", () => {
    expect(freeName([trigger({ name: "New trigger" })])).toBe("New trigger 2");
    expect(tagsIn(" vip, ,refund,vip,")).toEqual(["vip", "refund"]);
  });

  it("says every recipe as a sentence, with the group that it uses", () => {
    expect(RECIPE_WORDS.map(({ recipe: name }) => name)).toEqual(RECIPE_NAMES);
    for (const { recipe: name, group } of RECIPE_WORDS) {
      expect(group ?? "").toBe(DEFAULT_GROUPS[name]);
    }
    const [solve] = recipe("solve_abandoned", "");
    expect(solve && triggerSentence(solve)).toBe(
      "If the ticket is new or open and the conversation has just become inactive and the reason is left or silent for too long: set the ticket to solved, add the tags abandoned_conversation.",
    );
  });
});
