/**
 * The table in docs/desks.md of what Chatwoot can report, row by row: each row has a message here, and what that does
 * is what the row says.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EMPTY_MAPPING } from "../mapping.ts";
import { chatwoot } from "./chatwoot.ts";
import { chatwootSource } from "./source.ts";
import { conversationBody, type Fields, messageBody, typingBody } from "./testing/bodies.ts";
import { HASH_TEXT } from "./testing/fixture.ts";

const PAGE = new URL("../../../../../docs/desks.md", import.meta.url);

/** The rows of the first table after "Chatwoot reports". */
const [, table = ""] =
  /\| Chatwoot reports \| here \|\n\| --- \| --- \|\n((?:\|.*\n)+)/.exec(
    readFileSync(PAGE, "utf8"),
  ) ?? [];
const rows = table
  .trim()
  .split("\n")
  .map(
    (row) =>
      row
        .split("|")
        .slice(1, 3)
        .map((cell) => cell.trim()) as [string, string],
  );

/** What a message does: types of events, fields of the ticket, and kinds of other facts. */
function effectsOf(body: Fields): readonly string[] {
  const mapping = { ...EMPTY_MAPPING, ...chatwoot.mapping };
  return chatwootSource.decode(body, mapping, Date.UTC(2026, 0, 15)).flatMap((fact) => {
    if (fact.kind !== "event") return fact.kind;
    const { event } = fact;
    if (event.type !== "ticket_updated") return event.type;
    return Object.entries(event.ticket).map(([name, value]) => `${name}=${String(value)}`);
  });
}

const changed = (fields: Fields) => conversationBody("conversation_updated", fields);
const OUTGOING = { message_type: "outgoing" };
const AGENT = { sender: { id: 1, type: "user" } };

/** By the first cell of the row: messages, what each does, and what it does not. */
const CASES: Readonly<
  Record<string, readonly (readonly [Fields, readonly string[], (readonly string[])?])[]>
> = {
  "a message of the visitor": [[messageBody(), ["end_user_message"], ["agent_message"]]],
  "a message of an agent": [
    [messageBody({ ...OUTGOING, ...AGENT }), ["agent_message"], ["end_user_message"]],
    [messageBody({ ...OUTGOING, ...AGENT, private: true }), [], ["agent_message"]],
    [messageBody({ ...OUTGOING, sender: { type: "agent_bot" } }), [], ["agent_message"]],
    [messageBody({ message_type: "template" }), [], ["agent_message"]],
  ],
  "the visitor types": [[typingBody(), ["activity"]]],
  "any change of a conversation": [
    [
      changed({
        ...{ priority: "high", labels: ["vip"] },
        meta: { team: { id: 2, name: "billing" }, assignee: { id: 9 } },
      }),
      ["status=open", "priority=high", "group=billing", "tags=vip", "assigned", "link"],
    ],
    [changed({}), ["unassigned"]],
  ],
  "status `open` or `pending`": [
    [changed({ status: "open" }), ["status=open"]],
    [changed({ status: "pending" }), ["status=open"]],
  ],
  "status `snoozed`, `resolved`": [
    [changed({ status: "snoozed" }), ["status=hold"]],
    [changed({ status: "resolved" }), ["status=solved"]],
  ],
  "priority `medium`": [
    [changed({ priority: "medium" }), ["priority=normal"]],
    [changed({ priority: "low" }), ["priority=low"]],
    [changed({ priority: "high" }), ["priority=high"]],
    [changed({ priority: "urgent" }), ["priority=urgent"]],
  ],
  "custom attribute `stillhere`": [
    [changed({ custom_attributes: { stillhere: HASH_TEXT } }), ["bind"]],
    [changed({ custom_attributes: { stillhere: "a secret" } }), [], ["bind"]],
  ],
};

describe("the table of what Chatwoot reports", () => {
  it("has a case for each row, and no other", () => {
    expect(rows.map(([report]) => report)).toEqual(Object.keys(CASES));
  });

  it.each(rows)("%s: %s", (report, here) => {
    const effects: string[] = [];
    for (const [body, does, doesNot = []] of CASES[report] ?? []) {
      const found = effectsOf(body);
      for (const each of does) expect(found).toContain(each);
      for (const each of doesNot) expect(found).not.toContain(each);
      effects.push(...does);
    }
    // The words that the row has for it are among them.
    const known = /^(end_user_message|agent_message|activity|open|hold|solved|normal|group|tags)$/;
    for (const [, word = ""] of here.matchAll(/`(\w+)`/g)) {
      if (!known.test(word)) continue;
      expect(
        effects.some((each) => each.split("=").includes(word)),
        word,
      ).toBe(true);
    }
  });
});
