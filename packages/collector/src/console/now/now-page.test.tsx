// @vitest-environment happy-dom
import { options } from "preact";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Api } from "../live/api.ts";
import type { Session } from "../model/session.ts";
import type { Settings } from "../model/settings.ts";
import { createLiveSessions } from "../state/live-sessions.ts";
import { show } from "../testing/render.ts";
import { aSession, aTransition } from "../testing/session.ts";
import { NowPage } from "./now-page.tsx";

/** Preact calls it before each rendering of a component; its name in the built library. */
interface Hooks {
  __r?: (vnode: { type: { name: string } | string }) => void;
}
const hooks = options as Hooks;
const before = hooks.__r;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  hooks.__r = before;
  vi.useRealTimers();
});

/** How often each component rendered meanwhile. */
async function rendersOf(task: () => Promise<void>): Promise<Map<string, number>> {
  const renders = new Map<string, number>();
  hooks.__r = (vnode) => {
    const { type } = vnode;
    if (typeof type === "function") renders.set(type.name, (renders.get(type.name) ?? 0) + 1);
    before?.(vnode);
  };
  await task();
  return renders;
}

async function start(sessions: readonly Session[], isHidden = false) {
  const live = createLiveSessions({} as Api, {} as Settings);
  await show(<NowPage live={live} isStale={false} isHidden={isHidden} onMore={() => {}} />);
  live.store.put(sessions);
  live.isLoaded.value = true;
  await vi.advanceTimersByTimeAsync(1_000);
  return live;
}

const rows = () => [...document.querySelectorAll<HTMLElement>("[data-session]")];
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => aSession({ id: `conv_${10_000 + index}` }));

it("renders the changed rows alone, and each of them once, if 5,000 are loaded and many change", async () => {
  const { store } = await start(many(5_000));
  expect(rows()).toHaveLength(50);
  const shown = rows()
    .map(({ dataset }) => `${dataset["session"]}`)
    .slice(0, 20);
  const renders = await rendersOf(async () => {
    // The first one is shown immediately, and the others together.
    for (const [index, id] of ["conv_14999", ...shown, ...shown, ...shown].entries()) {
      const at = { ...aSession({ id }), seq: index + 10 };
      store.put([{ ...at, presence: index % 2 === 0 ? "offline" : "unknown" }], true);
      await vi.advanceTimersByTimeAsync(1);
    }
    await vi.advanceTimersByTimeAsync(1_000);
  });
  expect(renders.get("SessionRow")).toBe(20);
  // Neither group nor position of any has changed.
  expect(renders.get("SessionGroup")).toBeUndefined();
});

it("renders each list once for the changes of a tenth of a second", async () => {
  const { store } = await start(many(5_000));
  const renders = await rendersOf(async () => {
    for (let index = 0; index < 90; index += 1) {
      store.apply(aTransition({ session: `conv_${10_000 + index}` }));
      await vi.advanceTimersByTimeAsync(1);
    }
    await vi.advanceTimersByTimeAsync(1_000);
  });
  // Two groups, for the first change and for the others.
  expect(renders.get("SessionGroup")).toBe(4);
  expect(rows().length).toBeLessThanOrEqual(100);
});

it("holds as many conversations after 10,000 changes as before", async () => {
  const { store, sessions } = await start(many(100));
  for (let index = 0; index < 10_000; index += 1) {
    store.apply(aTransition({ session: `conv_${10_000 + (index % 100)}`, seq: index + 3 }));
  }
  await vi.advanceTimersByTimeAsync(1_000);
  expect([store.size, sessions.size.value, rows().length]).toEqual([100, 100, 50]);
});

it("renders no rows while another page is shown", async () => {
  const { store } = await start(many(60), true);
  expect(rows()).toEqual([]);
  const renders = await rendersOf(async () => {
    store.apply(aTransition({ session: "conv_10001" }));
    await vi.advanceTimersByTimeAsync(1_000);
  });
  expect([...renders.keys()].filter((name) => /Session|Queue/.test(name))).toEqual([]);
});
