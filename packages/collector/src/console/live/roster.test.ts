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

  it("tells the first change at once and a rush after it together", () => {
    vi.useFakeTimers();
    const roster = createRoster(40);
    const listener = vi.fn();
    roster.listen(listener);
    roster.put([aSession()]);
    expect(listener).toHaveBeenCalledExactlyOnceWith(["conv_1"], false);
    roster.put([aSession({ id: "conv_2" })]);
    roster.put([aSession({ id: "conv_3" })]);
    roster.apply(aTransition());
    expect(listener).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(40);
    expect(listener.mock.calls.slice(1)).toEqual([
      [["conv_2", "conv_3"], false],
      [["conv_1"], true],
    ]);
    vi.advanceTimersByTime(40);
    roster.remove(["conv_1"]);
    expect(listener).toHaveBeenCalledTimes(4);
    vi.useRealTimers();
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
