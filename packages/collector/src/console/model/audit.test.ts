import { expect, it } from "vitest";
import { AUDIT_ACTIONS, AUDIT_FIELDS } from "../../core/lists.ts";
import { recipe } from "../../core/recipes.ts";
import { FIELDS, type SettingName } from "../../core/settings-schema.ts";
import { type Action, TRIGGER_FIELDS, TRIGGER_OPERATORS } from "../../core/trigger.ts";
import { anEntry } from "../testing/audit.ts";
import {
  actionTitle,
  byWords,
  changesIn,
  changesSetting,
  changesTrigger,
  entryTitle,
  makerWord,
  undoChanges,
} from "./audit.ts";

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

it("says the settings that changed with another one, and what an undo would change now", () => {
  const follower = { setting: "presence.closeBufferSeconds", from: 5, to: 20 } as const;
  const back = { ...follower, from: 20, to: 5 };
  const values = { from: { "presence.bufferSeconds": 20 }, to: { "presence.bufferSeconds": null } };
  const undo = { ...values, alsoChanged: [back], kept: [] };
  const entry = anEntry({ alsoChanged: [follower], undo });
  const [buffer, close] = ["Wait after a page vanished", "Wait after a tab was closed"];
  expect(changesIn(entry)).toEqual([
    { what: buffer, from: "15 s", to: "20 s" },
    { what: close, from: "5 s", to: "20 s" },
  ]);
  expect(undoChanges(entry)).toEqual([
    { what: buffer, from: "20 s", to: "15 s" },
    { what: close, from: "20 s", to: "5 s" },
  ]);
  expect(changesSetting(entry, ["presence.closeBufferSeconds"])).toBe(true);
  expect(undoChanges(anEntry({ undo: null }))).toEqual([]);
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

it("says of a trigger that was only switched that it was on or off, without its text", () => {
  const action = "triggers_changed" as const;
  const off = { ...trigger, enabled: false };
  expect(changesIn(anEntry({ action, from: [trigger], to: [off] }))).toEqual([
    { what: "Tag abandoned conversations", from: "On", to: "Off" },
  ]);
});

it("says anything else by its fields", () => {
  const entry = anEntry({ action: "key_created", from: null, to: { role: "viewer", name: null } });
  expect(changesIn(entry)).toEqual([
    { what: "Role", from: null, to: "Viewer" },
    { what: "Name", from: null, to: "none" },
  ]);
  expect(changesIn(anEntry({ action: "signed_in", from: null, to: null }))).toEqual([]);
});

it("says how a test went, and of which desk", () => {
  const test = { action: "webhook_tested" as const, from: null };
  expect(changesIn(anEntry({ ...test, to: { name: "helpdesk", response: 204 } }))).toEqual([
    { what: "Name", from: null, to: "helpdesk" },
    { what: "Answer", from: null, to: "204" },
  ]);
  expect(changesIn(anEntry({ ...test, to: { error: "timeout" } }))).toEqual([
    { what: "Why it does not count", from: null, to: "it did not answer within 15 seconds" },
  ]);
  const desk = anEntry({
    action: "desk_tested",
    target: "main",
    to: { error: "gone" },
    from: null,
  });
  expect(entryTitle(desk)).toBe("Desk tested: main");
  expect(changesIn(desk)).toMatchObject([{ to: "it has no such account or conversation" }]);
});

/** A title, as no name of the API is: these have dots, underscores or capitals within, or are in lower case. */
const TITLE = /^[A-Z][^A-Z._]*(?:-[a-z]+)?[^A-Z._]*$/;

it.each(AUDIT_ACTIONS)("has a title in words for %s", (action) => {
  expect(actionTitle(action)).toMatch(TITLE);
});

it.each(AUDIT_FIELDS)("has words for the field %s", (field) => {
  const [change] = changesIn(anEntry({ action: "key_created", from: null, to: { [field]: 1 } }));
  expect(change?.what).toMatch(TITLE);
});

it.each(Object.keys(FIELDS) as SettingName[])("has words for the setting %s", (name) => {
  const [change] = changesIn(anEntry({ from: { [name]: null }, to: { [name]: null } }));
  expect(change?.what).toMatch(TITLE);
});

const ACTIONS: readonly Action[] = [
  { type: "set_status", value: "solved" },
  { type: "set_priority", value: "low" },
  { type: "set_group", value: null },
  { type: "set_routing_channel", value: "email" },
  { type: "add_tags", value: ["late"] },
  { type: "remove_tags", value: ["late"] },
  { type: "end_session" },
  { type: "notify_webhook", value: "desk" },
];

it.each([
  ...TRIGGER_FIELDS.map((field) => ({ all: [{ field, op: "changed" as const }] })),
  ...TRIGGER_OPERATORS.map((op) => ({ all: [{ field: "ticket.tags" as const, op, value: "x" }] })),
  ...ACTIONS.map((action) => ({ actions: [action] })),
])("has words for each part of a trigger: %j", (part) => {
  const changed = { name: "n", enabled: true, all: [], any: [], actions: [], ...part };
  const entry = anEntry({ action: "triggers_changed", from: [], to: [changed] });
  expect(changesIn(entry)[0]?.to).not.toMatch(/[a-z][._A-Z][a-z]/);
});

it("says of refused attempts how many there were, of what, from where, until when, and why", () => {
  const signIns = anEntry({
    action: "sign_in_refused",
    by: { address: "203.0.113.7" },
    target: "p",
    from: null,
    to: { email: "ana@example.com", count: 12, until: "2026-01-01T10:20:00.000Z" },
  });
  expect(entryTitle(signIns)).toBe("12 refused sign-ins");
  expect(`${makerWord(signIns.by)} ${byWords(signIns.by)}`).toBe("from 203.0.113.7");
  expect(changesIn(signIns).map(({ what, to }) => [what, to])).toEqual([
    ["E-mail address", "ana@example.com"],
    ["The last one", expect.stringContaining("2026")],
  ]);
  const ofNobody = { ...signIns, target: null, to: { email: null, count: 1, until: "x" } };
  expect(entryTitle(ofNobody)).toBe("Refused sign-in");
  expect(changesIn(ofNobody)).toEqual([
    { what: "E-mail address", from: null, to: "one that no person has" },
  ]);
  const request = anEntry({
    action: "request_refused",
    target: "PATCH /v1/settings",
    from: null,
    to: { role: "viewer", problem: "role_missing", count: 2, until: "2026-01-01T10:20:00.000Z" },
  });
  expect(entryTitle(request)).toBe("2 refused attempts to change settings");
  expect(makerWord(request.by)).toBe("by");
  expect(
    changesIn(request)
      .map(({ to }) => to)
      .slice(0, 2),
  ).toEqual(["Viewer", "the role does not allow it"]);
  const others = { ...request, by: { address: null }, target: null };
  expect(entryTitle(others)).toBe("2 refused attempts");
  expect(byWords(others.by)).toBe("several others");
});

it("leaves out what an entry has and did not change, and says values in words", () => {
  const from = { kind: "chatwoot", events: "all", role: "viewer" };
  const to = { kind: "chatwoot", events: "notified", role: "admin" };
  expect(changesIn(anEntry({ action: "webhook_changed", from, to }))).toEqual([
    {
      what: "What is sent",
      from: "Every change of a conversation",
      to: "Only what a trigger names this webhook for",
    },
    { what: "Role", from: "Viewer", to: "Admin" },
  ]);
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
