import { describe, expect, it, vi } from "vitest";
import { aSession, aTransition } from "../testing/session.ts";
import { createSessionStore } from "./session-store.ts";

describe("createSessionStore", () => {
  it("applies a transition and notifies listeners of the change", () => {
    const store = createSessionStore();
    store.put([aSession()]);
    const listener = vi.fn();
    store.listen(listener);
    expect(store.apply(aTransition())).toBe(true);
    expect(store.get("conv_1")).toMatchObject({ state: "inactive", reason: "user_offline" });
    expect(listener).toHaveBeenCalledExactlyOnceWith(["conv_1"], true);
  });

  it("does not apply a transition of a session that was never loaded", () => {
    expect(createSessionStore().apply(aTransition())).toBe(false);
  });

  it("drops a session older than the stored version", () => {
    const store = createSessionStore();
    store.put([aSession({ seq: 5, state: "ended" })]);
    store.put([aSession({ seq: 4, state: "active" })]);
    expect(store.get("conv_1")?.state).toBe("ended");
  });

  it("knows of two versions of a session the newest", () => {
    const store = createSessionStore();
    expect(store.newest(aSession({ seq: 4 })).seq).toBe(4);
    store.put([aSession({ seq: 5 })]);
    expect(store.newest(aSession({ seq: 4 })).seq).toBe(5);
    expect(store.newest(aSession({ seq: 6 })).seq).toBe(6);
  });

  it("does not notify listeners of a duplicate transition", () => {
    const store = createSessionStore();
    store.put([aSession()]);
    store.apply(aTransition());
    const listener = vi.fn();
    store.listen(listener);
    store.apply(aTransition());
    expect(listener).not.toHaveBeenCalled();
  });

  it("notifies of the first change immediately and batches those that follow", () => {
    vi.useFakeTimers();
    const store = createSessionStore(40);
    const listener = vi.fn();
    store.listen(listener);
    store.put([aSession()]);
    expect(listener).toHaveBeenCalledExactlyOnceWith(["conv_1"], false);
    store.put([aSession({ id: "conv_2" })]);
    store.put([aSession({ id: "conv_3" })]);
    store.apply(aTransition());
    expect(listener).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(40);
    expect(listener.mock.calls.slice(1)).toEqual([
      [["conv_2", "conv_3"], false],
      [["conv_1"], true],
    ]);
    vi.advanceTimersByTime(40);
    store.remove(["conv_1"]);
    expect(listener).toHaveBeenCalledTimes(4);
    vi.useRealTimers();
  });

  it("removes erased sessions", () => {
    const store = createSessionStore();
    store.put([aSession()]);
    const listener = vi.fn();
    store.listen(listener);
    store.remove(["conv_1", "conv_unknown"]);
    expect(store.size).toBe(0);
    expect(listener).toHaveBeenCalledExactlyOnceWith(["conv_1"], false);
  });

  it("does not store a session again that was read before its merge", () => {
    const store = createSessionStore();
    const before = aSession();
    store.put([before]);
    store.removeMerged(before.id);
    const listener = vi.fn();
    store.listen(listener);
    store.put([before, aSession({ id: "conv_2" })]);
    expect([...store.all()].map(({ id }) => id)).toEqual(["conv_2"]);
    expect(listener).toHaveBeenCalledExactlyOnceWith(["conv_2"], false);
  });
});
