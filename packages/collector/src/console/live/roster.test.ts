import { describe, expect, it, vi } from "vitest";
import { aSession, aTransition } from "../testing/session.ts";
import { createRoster } from "./roster.ts";

describe("createRoster", () => {
  it("applies a transition at once and tells that something happened", () => {
    const roster = createRoster();
    roster.put([aSession()]);
    const listener = vi.fn();
    roster.listen(listener);
    expect(roster.apply(aTransition())).toBe(true);
    expect(roster.get("conv_1")).toMatchObject({ state: "inactive", reason: "user_offline" });
    expect(listener).toHaveBeenCalledExactlyOnceWith(["conv_1"], true);
  });

  it("does not know a session that was never loaded", () => {
    expect(createRoster().apply(aTransition())).toBe(false);
  });

  it("drops an answer that the stream has overtaken", () => {
    const roster = createRoster();
    roster.put([aSession({ seq: 5, state: "ended" })]);
    roster.put([aSession({ seq: 4, state: "active" })]);
    expect(roster.get("conv_1")?.state).toBe("ended");
  });

  it("is silent about a transition that came twice", () => {
    const roster = createRoster();
    roster.put([aSession()]);
    roster.apply(aTransition());
    const listener = vi.fn();
    roster.listen(listener);
    roster.apply(aTransition());
    expect(listener).not.toHaveBeenCalled();
  });

  it("forgets what was erased", () => {
    const roster = createRoster();
    roster.put([aSession()]);
    const listener = vi.fn();
    roster.listen(listener);
    roster.remove(["conv_1", "conv_unknown"]);
    expect(roster.size).toBe(0);
    expect(listener).toHaveBeenCalledExactlyOnceWith(["conv_1"], false);
  });
});
