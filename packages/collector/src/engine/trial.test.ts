import { expect, it } from "vitest";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { ACCOUNT } from "../stores/suite/index.ts";
import { createEntry } from "./audit.ts";
import { lastTrial } from "./trial.ts";

const by = { cli: "test" };

/** Changes of the mode, each a second after the one before, the first one at 1,000. */
async function storeWith(...modes: (string | null)[]): Promise<MemoryStore> {
  const store = new MemoryStore();
  let before: string | null = null;
  for (const [index, mode] of modes.entries()) {
    const at = 1_000 * (index + 1);
    const from = { "presence.mode": before };
    const to = { "presence.mode": mode, binding: "open" };
    const entries = [
      createEntry(at, { by, action: "settings_changed", from, to }),
      createEntry(at, {
        by,
        action: "settings_changed",
        from: { binding: null },
        to: { binding: "open" },
      }),
    ];
    const settings = {
      type: "settings",
      account: ACCOUNT,
      at,
      overrides: {},
      triggers: [],
    } as const;
    await store.broadcast(settings, entries);
    before = mode;
  }
  return store;
}

it("is the trial run that goes on, not the one before it", async () => {
  const store = await storeWith("shadow", "on", "shadow");
  expect(await lastTrial(store, ACCOUNT, true, 0)).toEqual({ from: 3_000, to: null });
});

it("is the last one that ended, whether presence was switched on or off", async () => {
  const store = await storeWith("shadow", "on", "shadow", null, "on");
  expect(await lastTrial(store, ACCOUNT, false, 0)).toEqual({ from: 3_000, to: 4_000 });
});

it("is none where it ended before the period, or there was none", async () => {
  expect(await lastTrial(await storeWith("shadow", "on"), ACCOUNT, false, 2_001)).toBeNull();
  expect(await lastTrial(await storeWith("on", "off"), ACCOUNT, false, 0)).toBeNull();
  expect(await lastTrial(await storeWith(), ACCOUNT, true, 0)).toBeNull();
});
