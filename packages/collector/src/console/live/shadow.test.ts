// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Track } from "../../core/lists.ts";
import { aSession, aTransition } from "../testing/session.ts";
import type { Api, LogPage } from "./api.ts";
import { SignInEnded } from "./problem.ts";
import { createSessionStore } from "./session-store.ts";
import { shadowHistory, watchShadow } from "./shadow.ts";

let isHidden = false;
beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(document, "hidden", "get").mockImplementation(() => isHidden);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  isHidden = false;
});
const settled = () => vi.advanceTimersByTimeAsync(0);
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

/** A collector whose log returns these pages, then empty ones. */
function start(...pages: (LogPage | null)[]) {
  const store = createSessionStore();
  const listener = { onShadow: vi.fn(), onGap: vi.fn(), onRefused: vi.fn() };
  const api = {
    log: vi.fn(async (..._: [Track, string, number]): Promise<LogPage | null> => {
      const page = pages.shift();
      return page === undefined ? { transitions: [], cursor: null } : page;
    }),
    history: vi.fn(async (id: string, after: number) => ({
      transitions: [aTransition({ id: `${id}:${after + 1}` })],
    })),
  };
  const watch = watchShadow(api as unknown as Api, store, listener);
  const afters = () => api.log.mock.calls.map(([, after]) => after);
  return { store, listener, api, watch, afters };
}

describe("watchShadow", () => {
  it("polls the log every two seconds and reports what was added", async () => {
    const added = aTransition();
    const { listener, watch, afters } = start({ transitions: [added], cursor: "7" });
    watch.follow(true);
    await settled();
    expect(listener.onShadow).toHaveBeenCalledExactlyOnceWith([added]);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(afters()).toEqual(["0", "7", "7"]);
    expect(listener.onShadow).toHaveBeenCalledOnce();
  });

  it("does not poll outside a trial run", async () => {
    const { api, watch } = start();
    watch.follow(false);
    watch.follow(true);
    await settled();
    watch.follow(false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(api.log).toHaveBeenCalledOnce();
  });

  it("starts at the latest transition before the list was read", async () => {
    const { store, watch, afters } = start();
    const at = (ms: number) => ({ stateChangedAt: ago(ms), presenceChangedAt: ago(ms) });
    store.put([
      aSession({ id: "old", seq: 4, ...at(900_000) }),
      aSession({ id: "latest", seq: 6, ...at(120_000) }),
      aSession({ id: "too_new", seq: 2, ...at(1_000) }),
      aSession({ id: "silent", seq: 0, ...at(110_000) }),
    ]);
    watch.follow(true);
    await settled();
    expect(afters()).toEqual(["latest:6"]);
  });

  it("reads all pages and reports them together", async () => {
    const full = Array.from({ length: 500 }, (_, n) => aTransition({ seq: n + 1 }));
    const rest = aTransition({ seq: 501 });
    const { listener, watch, afters } = start(
      { transitions: full, cursor: "500" },
      { transitions: [rest], cursor: "501" },
    );
    watch.follow(true);
    await settled();
    expect(afters()).toEqual(["0", "500"]);
    expect(listener.onShadow).toHaveBeenCalledExactlyOnceWith([...full, rest]);
  });

  it("pauses while the page is hidden, and polls as soon as it is visible", async () => {
    const { api, watch } = start();
    isHidden = true;
    watch.follow(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(api.log).not.toHaveBeenCalled();
    isHidden = false;
    document.dispatchEvent(new Event("visibilitychange"));
    await settled();
    expect(api.log).toHaveBeenCalledOnce();
    watch.follow(false);
  });

  it("retries if the collector is unreachable, and stops if the key is refused", async () => {
    const { api, listener, watch } = start();
    api.log.mockRejectedValueOnce(new TypeError("away"));
    watch.follow(true);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(api.log).toHaveBeenCalledTimes(2);
    api.log.mockRejectedValueOnce(new SignInEnded());
    await vi.advanceTimersByTimeAsync(60_000);
    expect(api.log).toHaveBeenCalledTimes(3);
    expect(listener.onRefused).toHaveBeenCalledOnce();
  });

  it("requests the list again if the transition to resume from was erased", async () => {
    const { listener, watch } = start(null);
    watch.follow(true);
    await settled();
    expect(listener.onGap).toHaveBeenCalledOnce();
    watch.follow(false);
  });
});

describe("shadowHistory", () => {
  it("reads the whole history and keeps the newest entries", async () => {
    const all = Array.from({ length: 620 }, (_, n) => aTransition({ seq: n + 1 }));
    const history = vi.fn(async (_: string, after: number, limit: number) => ({
      transitions: all.slice(after, after + limit),
    }));
    const newest = await shadowHistory({ history }, "conv_1", 200);
    expect(newest.map(({ seq }) => seq)).toEqual(all.slice(-200).map(({ seq }) => seq));
    expect(history).toHaveBeenLastCalledWith("conv_1", 500, 500, "shadow");
  });
});
