import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Session, State } from "../model/session.ts";
import { aSession, aTransition } from "../testing/session.ts";
import { type Api, WrongKey } from "./api.ts";
import { startFeed } from "./feed.ts";
import { createRoster } from "./roster.ts";
import type { StreamListener } from "./stream.ts";

const line = vi.hoisted(() => ({ listener: null as unknown }));
vi.mock("./stream.ts", () => ({
  followTransitions: (_: unknown, listener: unknown) => {
    line.listener = listener;
    return () => {};
  },
}));
const stream = () => line.listener as StreamListener;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const settled = () => vi.advanceTimersByTimeAsync(0);

/** A collector that holds these sessions, two to a page. */
function start(held: Session[]) {
  const roster = createRoster();
  const listener = {
    onLine: vi.fn(),
    onLoaded: vi.fn(),
    onTransition: vi.fn(),
    onSettings: vi.fn(),
    onQueue: vi.fn(),
    onRefused: vi.fn(),
  };
  const api = {
    sessions: vi.fn(async (state: State, cursor: string | null) => {
      const from = Number(cursor ?? 0);
      const all = held.filter((session) => session.state === state);
      const sessions = all.slice(from, from + 2);
      return { sessions, cursor: from + 2 < all.length ? String(from + 2) : null };
    }),
    session: vi.fn(async (id: string) => held.find((session) => session.id === id) ?? null),
    settings: vi.fn(async () => ({ presence: { mode: "shadow" } })),
    queue: vi.fn(async () => ({ queued: [], direct: [] })),
  };
  const feed = startFeed(api as unknown as Api, roster, listener);
  return { roster, listener, api, feed };
}

afterEach(() => vi.clearAllTimers());

describe("startFeed", () => {
  it("loads every page of every state once the stream is open", async () => {
    const held = [
      ...[1, 2, 3, 4, 5].map((n) => aSession({ id: `conv_${n}` })),
      aSession({ id: "conv_6", state: "ended" }),
    ];
    const { roster, listener, api } = start(held);
    expect(api.sessions).not.toHaveBeenCalled();
    stream().onLive(false);
    await settled();
    expect(roster.size).toBe(6);
    expect(listener.onLoaded).toHaveBeenCalledExactlyOnceWith([]);
    expect(listener.onQueue).toHaveBeenCalledOnce();
  });

  it("turns a row with the transition itself, then fetches the rest", async () => {
    const held = [aSession()];
    const { roster, api } = start(held);
    stream().onLive(false);
    await settled();
    held[0] = aSession({ seq: 3, state: "inactive", reason: "user_offline", user: "renamed" });
    stream().onTransition(aTransition());
    expect(roster.get("conv_1")).toMatchObject({ state: "inactive", user: "u_1" });
    await settled();
    expect(roster.get("conv_1")?.user).toBe("renamed");
    expect(api.session).toHaveBeenCalledOnce();
  });

  it("fetches a session that it hears of for the first time", async () => {
    const held: Session[] = [];
    const { roster } = start(held);
    stream().onLive(false);
    await settled();
    held.push(aSession({ seq: 3 }));
    stream().onTransition(aTransition());
    await settled();
    expect(roster.size).toBe(1);
  });

  it("forgets after a break what was erased meanwhile", async () => {
    const held = [aSession({ id: "conv_1" }), aSession({ id: "conv_2" })];
    const { roster } = start(held);
    stream().onLive(false);
    await settled();
    held.shift();
    stream().onLive(true);
    await settled();
    expect([...roster.all()].map(({ id }) => id)).toEqual(["conv_2"]);
  });

  it("reads the settings anew when they changed, and after a break", async () => {
    const { listener, feed } = start([aSession()]);
    stream().onLive(false);
    await settled();
    expect(listener.onSettings).not.toHaveBeenCalled();
    stream().onTransition(aTransition({ cause: "settings_changed" }));
    await settled();
    expect(listener.onSettings).toHaveBeenCalledExactlyOnceWith({ presence: { mode: "shadow" } });
    stream().onLive(true);
    await settled();
    expect(listener.onSettings).toHaveBeenCalledTimes(2);
    feed.stop();
  });

  it("reads the settings now and then, for not every change of them shows in a session", async () => {
    const { listener, feed } = start([]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(listener.onSettings).toHaveBeenCalledTimes(2);
    feed.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(listener.onSettings).toHaveBeenCalledTimes(2);
  });

  it("stops at a thousand and loads more on request", async () => {
    const held = Array.from({ length: 1_500 }, (_, n) => aSession({ id: `conv_${n}` }));
    const { roster, listener, feed } = start(held);
    stream().onLive(false);
    await settled();
    expect(roster.size).toBe(1_000);
    expect(listener.onLoaded).toHaveBeenLastCalledWith(["active", "inactive", "none", "ended"]);
    await feed.loadMore();
    expect(roster.size).toBe(1_500);
    expect(listener.onLoaded).toHaveBeenLastCalledWith([]);
  });

  it("reads on request a few sessions anew, or all if they are many", async () => {
    const held = Array.from({ length: 200 }, (_, n) => aSession({ id: `conv_${n}` }));
    const { roster, api, feed } = start(held);
    stream().onLive(false);
    await settled();
    held[7] = aSession({ id: "conv_7", user: "renamed" });
    feed.refresh(new Set(["conv_7"]));
    await settled();
    expect(roster.get("conv_7")?.user).toBe("renamed");
    expect(api.session).toHaveBeenCalledOnce();
    held[8] = aSession({ id: "conv_8", user: "renamed" });
    feed.refresh(new Set(held.map(({ id }) => id)));
    await settled();
    expect(roster.get("conv_8")?.user).toBe("renamed");
    expect(api.session).toHaveBeenCalledOnce();
  });

  it("tries again when the list could not be read", async () => {
    const { roster, api } = start([aSession()]);
    api.sessions.mockRejectedValueOnce(new TypeError("away"));
    stream().onLive(false);
    await settled();
    expect(roster.size).toBe(0);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(roster.size).toBe(1);
  });

  it("tells when the key is refused", async () => {
    const { listener, api } = start([]);
    api.queue.mockRejectedValueOnce(new WrongKey());
    stream().onLive(false);
    await settled();
    expect(listener.onRefused).toHaveBeenCalledOnce();
  });
});
