import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { State } from "../../core/lists.ts";
import type { Session } from "../model/session.ts";
import { aSession, aTransition } from "../testing/session.ts";
import type { Api } from "./api.ts";
import { startFeed } from "./feed.ts";
import { SignInEnded } from "./problem.ts";
import { createSessionStore } from "./session-store.ts";
import type { StreamListener } from "./stream.ts";

const mocked = vi.hoisted(() => ({ listener: null as unknown }));
vi.mock("./stream.ts", () => ({
  followTransitions: (_: unknown, listener: unknown) => {
    mocked.listener = listener;
    return () => {};
  },
}));
const stream = () => mocked.listener as StreamListener;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const settled = () => vi.advanceTimersByTimeAsync(0);

/** A feed from a collector that has these sessions, two per page. */
function start(sessions: Session[]) {
  const store = createSessionStore();
  const listener = {
    onConnection: vi.fn(),
    onLoaded: vi.fn(),
    onTransition: vi.fn(),
    onSettings: vi.fn(),
    onQueue: vi.fn(),
    onUnheard: vi.fn(),
    onRefused: vi.fn(),
  };
  const api = {
    sessions: vi.fn(async (state: State, cursor: string | null) => {
      const from = Number(cursor ?? 0);
      const all = sessions.filter((session) => session.state === state);
      const page = all.slice(from, from + 2);
      return { sessions: page, cursor: from + 2 < all.length ? String(from + 2) : null };
    }),
    session: vi.fn(async (id: string) => sessions.find((session) => session.id === id) ?? null),
    settings: vi.fn(async () => ({ presence: { mode: "shadow" } })),
    queue: vi.fn(async () => ({ queued: [], direct: [], unheardSince: null as string | null })),
  };
  const feed = startFeed(api as unknown as Api, store, listener);
  return { store, listener, api, feed };
}

afterEach(() => vi.clearAllTimers());

describe("startFeed", () => {
  it("loads every page of every state once the stream is open", async () => {
    const sessions = [
      ...[1, 2, 3, 4, 5].map((n) => aSession({ id: `conv_${n}` })),
      aSession({ id: "conv_6", state: "ended" }),
    ];
    const { store, listener, api } = start(sessions);
    expect(api.sessions).not.toHaveBeenCalled();
    stream().onLive(false);
    await settled();
    expect(store.size).toBe(6);
    expect(listener.onLoaded).toHaveBeenCalledExactlyOnceWith([]);
    expect(listener.onQueue).toHaveBeenCalledOnce();
  });

  it("applies a transition immediately, then reads its session", async () => {
    const sessions = [aSession()];
    const { store, api } = start(sessions);
    stream().onLive(false);
    await settled();
    sessions[0] = aSession({ seq: 3, state: "inactive", reason: "user_offline", user: "renamed" });
    stream().onTransition(aTransition());
    expect(store.get("conv_1")).toMatchObject({ state: "inactive", user: "u_1" });
    await settled();
    expect(store.get("conv_1")?.user).toBe("renamed");
    expect(api.session).toHaveBeenCalledOnce();
  });

  it("reads a session once for the transitions that come together", async () => {
    const { api } = start([aSession({ seq: 5 })]);
    stream().onLive(false);
    await settled();
    for (const seq of [3, 4, 5]) stream().onTransition(aTransition({ id: `tr_${seq}`, seq }));
    await settled();
    expect(api.session).toHaveBeenCalledOnce();
  });

  it("reads the queue once a second at most, however many transitions come", async () => {
    const { api } = start([aSession()]);
    stream().onLive(false);
    await settled();
    api.queue.mockClear();
    for (let count = 0; count < 500; count += 1) {
      stream().onTransition(aTransition());
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(api.queue.mock.calls.length).toBeGreaterThan(3);
    expect(api.queue.mock.calls.length).toBeLessThanOrEqual(6);
  });

  it("reads a session that a transition names for the first time", async () => {
    const sessions: Session[] = [];
    const { store } = start(sessions);
    stream().onLive(false);
    await settled();
    sessions.push(aSession({ seq: 3 }));
    stream().onTransition(aTransition());
    await settled();
    expect(store.size).toBe(1);
  });

  it("removes a session that goes on as another, and reads that one", async () => {
    const sessions = [aSession({ id: "guest" })];
    const { store, api, listener } = start(sessions);
    stream().onLive(false);
    await settled();
    const survivor = aSession({ id: "member", seq: 1 });
    api.session.mockImplementation(async () => survivor);
    const transition = aTransition({ session: "guest", cause: "merged", mergedInto: "member" });
    stream().onTransition(transition);
    expect(store.get("guest")).toBeUndefined();
    expect(listener.onTransition).toHaveBeenCalledExactlyOnceWith(transition);
    await settled();
    expect([...store.all()]).toEqual([survivor]);
  });

  it("removes a session that went on as another by the time that it was read", async () => {
    const { store, api } = start([aSession({ id: "guest" })]);
    stream().onLive(false);
    await settled();
    const survivor = aSession({ id: "member", seq: 1 });
    api.session.mockImplementation(async () => survivor);
    stream().onTransition(aTransition({ session: "guest", cause: "merged" }));
    await settled();
    expect([...store.all()]).toEqual([survivor]);
  });

  it("drops a read of a session that its merge has overtaken", async () => {
    const [guest, survivor] = [aSession({ id: "guest" }), aSession({ id: "member" })];
    const { store, api } = start([guest]);
    stream().onLive(false);
    await settled();
    let answer: (session: Session) => void = () => {};
    api.session.mockImplementationOnce(() => new Promise((done) => (answer = done)));
    api.session.mockImplementation(async () => survivor);
    stream().onTransition(aTransition({ session: "guest" }));
    await settled();
    stream().onTransition(aTransition({ session: "guest", cause: "merged", mergedInto: "member" }));
    const seen: (Session | undefined)[] = [];
    store.listen((ids) => ids.includes("guest") && seen.push(store.get("guest")));
    answer(guest);
    await settled();
    expect(seen.filter(Boolean)).toEqual([]);
    expect([...store.all()]).toEqual([survivor]);
  });

  it("removes sessions that were erased during an interruption", async () => {
    const sessions = [aSession({ id: "conv_1" }), aSession({ id: "conv_2" })];
    const { store } = start(sessions);
    stream().onLive(false);
    await settled();
    sessions.shift();
    stream().onLive(true);
    await settled();
    expect([...store.all()].map(({ id }) => id)).toEqual(["conv_2"]);
  });

  it("reads the settings again after they changed and after an interruption", async () => {
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

  it("polls the settings, since not every change of them affects a session", async () => {
    const { listener, feed } = start([]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(listener.onSettings).toHaveBeenCalledTimes(2);
    feed.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(listener.onSettings).toHaveBeenCalledTimes(2);
  });

  it("stops loading at a thousand sessions and loads more on request", async () => {
    const sessions = Array.from({ length: 1_500 }, (_, n) => aSession({ id: `conv_${n}` }));
    const { store, listener, feed } = start(sessions);
    stream().onLive(false);
    await settled();
    expect(store.size).toBe(1_000);
    expect(listener.onLoaded).toHaveBeenLastCalledWith(["active", "inactive", "none", "ended"]);
    await feed.loadMore();
    expect(store.size).toBe(1_500);
    expect(listener.onLoaded).toHaveBeenLastCalledWith([]);
  });

  it("refreshes a few sessions one by one, and many by reading the list", async () => {
    const sessions = Array.from({ length: 200 }, (_, n) => aSession({ id: `conv_${n}` }));
    const { store, api, feed } = start(sessions);
    stream().onLive(false);
    await settled();
    sessions[7] = aSession({ id: "conv_7", user: "renamed" });
    feed.refresh(new Set(["conv_7"]));
    await settled();
    expect(store.get("conv_7")?.user).toBe("renamed");
    expect(api.session).toHaveBeenCalledOnce();
    sessions[8] = aSession({ id: "conv_8", user: "renamed" });
    feed.refresh(new Set(sessions.map(({ id }) => id)));
    await settled();
    expect(store.get("conv_8")?.user).toBe("renamed");
    expect(api.session).toHaveBeenCalledOnce();
  });

  it("retries if the list could not be read", async () => {
    const { store, api } = start([aSession()]);
    api.sessions.mockRejectedValueOnce(new TypeError("away"));
    stream().onLive(false);
    await settled();
    expect(store.size).toBe(0);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(store.size).toBe(1);
  });

  it("reports that the key is refused", async () => {
    const { listener, api } = start([]);
    api.queue.mockRejectedValueOnce(new SignInEnded());
    stream().onLive(false);
    await settled();
    expect(listener.onRefused).toHaveBeenCalledOnce();
  });

  it("reads every 10 s whether visitors are heard, since that is not in the stream", async () => {
    const { listener, api } = start([]);
    stream().onLive(false);
    await settled();
    expect(listener.onUnheard).toHaveBeenLastCalledWith(null);
    const unheardSince = "2026-01-01T10:20:30.000Z";
    api.queue.mockResolvedValue({ queued: [], direct: [], unheardSince });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(listener.onUnheard).toHaveBeenLastCalledWith(unheardSince);
  });
});
