import { expect, it } from "vitest";
import { recipe } from "../../core/recipes.ts";
import { anEntry } from "../testing/audit.ts";
import { byWords, changesIn, changesSetting, changesTrigger } from "./audit.ts";

const [trigger] = recipe("tag_abandoned", "");

it("says settings in the words of the page Settings", () => {
  const from = { "presence.bufferSeconds": null, "presence.mode": "off", old: 1 };
  const to = { "presence.bufferSeconds": 20, "presence.mode": "on", old: null };
  expect(changesIn(anEntry({ from, to }))).toEqual([
    { what: "Wait after a page vanished", from: "15 s", to: "20 s" },
    { what: "Presence", from: "Off", to: "On" },
    { what: "old", from: "1", to: "none" },
  ]);
});

it("says triggers as sentences, and an order as names", () => {
  const action = "triggers_changed" as const;
  const [added] = changesIn(anEntry({ action, from: [], to: [trigger] }));
  expect(added).toMatchObject({ what: "Tag abandoned conversations", from: null });
  expect(added?.to).toContain("add the tags");
  expect(changesIn(anEntry({ action, from: ["a", "b"], to: ["b", "a"] }))).toEqual([
    { what: "Order", from: "a, b", to: "b, a" },
  ]);
});

it("says anything else by its fields", () => {
  const entry = anEntry({ action: "key_created", from: null, to: { role: "viewer", name: null } });
  expect(changesIn(entry)).toEqual([
    { what: "Role", from: null, to: "viewer" },
    { what: "Name", from: null, to: "none" },
  ]);
  expect(changesIn(anEntry({ action: "signed_in", from: null, to: null }))).toEqual([]);
});

it("finds the changes of a setting and of a trigger", () => {
  expect(changesSetting(anEntry(), ["routing", "presence.bufferSeconds"])).toBe(true);
  expect(changesSetting(anEntry(), ["routing"])).toBe(false);
  const removed = anEntry({ action: "triggers_changed", from: [trigger], to: [] });
  expect(changesTrigger(removed, "Tag abandoned conversations")).toBe(true);
  expect(changesTrigger(removed, "another")).toBe(false);
});

it.each([
  [{ person: "p", name: "ana@example.com" }, "ana@example.com"],
  [{ key: "k", name: "reports" }, "the key reports"],
  [{ cli: "keys" }, "the command keys"],
  [{ desk: "zendesk" }, "the desk zendesk"],
])("names who made a change: %j", (by, words) => {
  expect(byWords(by)).toBe(words);
});
