import { expect, it } from "vitest";
import type { SessionPage } from "../live/api.ts";
import { createSessionStore } from "../live/session-store.ts";
import { aSession } from "../testing/session.ts";
import { createHeld } from "./held.ts";

it.each(["merged", "removed"] as const)(
  "leaves out of an agent's conversations one that was %s while they were read",
  async (how) => {
    const store = createSessionStore();
    const sessions = ["a", "b"].map((id) => aSession({ id, assignee: "ana", queue: "none" }));
    store.put(sessions);
    let answer = (_: SessionPage) => {};
    const answered = new Promise<SessionPage>((resolve) => {
      answer = resolve;
    });
    const held = createHeld({ findSessions: () => answered }, store);
    const reading = held.open("ana");
    if (how === "merged") store.removeMerged("a");
    else store.remove(["a"]);
    answer({ sessions, cursor: null });
    await reading;
    expect(held.lists.value.get("ana")?.sessions.map(({ id }) => id)).toEqual(["b"]);
  },
);
