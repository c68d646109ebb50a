import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DEFAULT_GROUPS, RECIPE_NAMES, type RecipeName, recipe } from "./recipes.ts";
import { reduce } from "./reduce.ts";
import { createSession, type Session, type TicketPatch } from "./session.ts";
import { resolveSettings } from "./settings-resolve.ts";
import { checkTriggers } from "./trigger-check.ts";

const START = 1_700_000_000_000;

/** A visitor writes, leaves for two minutes, and is back with a page but without a word. */
function leaveAndReturn(recipes: readonly RecipeName[], ticket: TicketPatch = {}) {
  const triggers = recipes.flatMap((name) => recipe(name, DEFAULT_GROUPS[name]));
  const settings = resolveSettings({ "presence.mode": "on" }, triggers);
  let session = createSession({ id: "s", channel: "web_widget" }, START);
  const seen: Session[] = [];
  const apply = (input: Parameters<typeof reduce>[1], seconds: number) => {
    session = reduce(session, input, START + seconds * 1_000, settings).session;
    seen.push(session);
  };
  const page = { page: "p", visible: true, armed: true } as const;
  apply({ type: "ticket_updated", ticket }, 0);
  apply({ type: "end_user_message", sentAt: null }, 1);
  apply({ type: "signal", signal: "open", ...page, gen: 0, seq: 0 }, 2);
  apply({ type: "leave", page: "p", gen: 0, to: null }, 3);
  apply({ type: "tick" }, 60);
  const away = session;
  apply({ type: "signal", signal: "open", ...page, gen: 1, seq: 0 }, 120);
  return { before: seen[2] as Session, away, back: session };
}

describe("a recipe", () => {
  it("is made of valid triggers, each with a name of its own", () => {
    const all = RECIPE_NAMES.flatMap((name) => recipe(name, "group"));
    expect(checkTriggers(all)).toEqual([]);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(all).toHaveLength(RECIPE_NAMES.length + 1);
  });

  it("is described in the rules page", () => {
    const page = readFileSync(new URL("../../../../docs/rules.md", import.meta.url), "utf8");
    for (const name of RECIPE_NAMES) expect(page).toContain(`| \`${name}\` |`);
  });
});

describe("welcome_back", () => {
  it("opens what solve_abandoned has solved, at its place in the queue", () => {
    const { before, away, back } = leaveAndReturn(["solve_abandoned", "welcome_back"]);
    expect(away.ticket).toMatchObject({ status: "solved", tags: ["abandoned_conversation"] });
    expect(back.ticket).toMatchObject({ status: "open", tags: [] });
    expect(back.causes).toEqual([]);
    expect(back.queuedAt).toBe(before.queuedAt);
  });

  it("only removes the tag where the ticket was not solved", () => {
    const { away, back } = leaveAndReturn(["tag_abandoned", "welcome_back"]);
    expect(away.ticket).toMatchObject({ status: "new", tags: ["abandoned_conversation"] });
    expect(back.ticket).toMatchObject({ status: "new", tags: [] });
  });

  it("leaves a ticket alone that no recipe has tagged", () => {
    const { back } = leaveAndReturn(["welcome_back"], { tags: ["vip"] });
    expect(back.ticket).toMatchObject({ status: "new", tags: ["vip"] });
  });

  it("undoes no transfer to email, and no changed group or priority", () => {
    const email = leaveAndReturn(["email_follow_up", "welcome_back"]).back;
    expect(email.ended?.reason).toBe("transferred_to_email");
    expect(email.ticket).toMatchObject({ routingChannel: "email", group: "email_follow_up" });
    const high = { priority: "high", group: "support" } as const;
    const second = leaveAndReturn(["secondary_queue", "tag_abandoned", "welcome_back"], high).back;
    expect(second.ticket).toMatchObject({ priority: "low", group: "secondary", tags: [] });
  });
});

describe("email_follow_up", () => {
  it("sets the priority to normal", () => {
    const { back } = leaveAndReturn(["email_follow_up"], { priority: "urgent" });
    expect(back.ticket.priority).toBe("normal");
  });
});
