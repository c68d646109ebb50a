import { expect, it, vi } from "vitest";
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

const wanted = (isTrial: boolean, since: number, periodMs = 60_000) => ({
  isTrial,
  since,
  periodMs,
});

it("is the trial run that goes on, not the one before it", async () => {
  const store = await storeWith("shadow", "on", "shadow");
  expect(await lastTrial(store, ACCOUNT, wanted(true, 0))).toEqual({ from: 3_000, to: null });
});

it("is the last one that ended, whether presence was switched on or off", async () => {
  const store = await storeWith("shadow", "on", "shadow", null, "on");
  expect(await lastTrial(store, ACCOUNT, wanted(false, 0))).toEqual({ from: 3_000, to: 4_000 });
});

it("is none where it ended before the period, or there was none", async () => {
  expect(
    await lastTrial(await storeWith("shadow", "on"), ACCOUNT, wanted(false, 2_001)),
  ).toBeNull();
  expect(await lastTrial(await storeWith("on", "off"), ACCOUNT, wanted(false, 0))).toBeNull();
  expect(await lastTrial(await storeWith(), ACCOUNT, wanted(true, 0))).toBeNull();
});

it("is the last part of one that took longer than the period", async () => {
  const store = await storeWith("shadow", "off");
  await expect(lastTrial(store, ACCOUNT, wanted(false, 0, 500))).resolves.toEqual({
    from: 1_500,
    to: 2_000,
  });
});

it.each([true, false])("reads no earlier entries, where a trial run goes on: %s", async (is) => {
  const store = await storeWith("shadow", ...Array.from({ length: 100 }, () => "shadow"));
  const audit = vi.spyOn(store.admin, "audit");
  expect(await lastTrial(store, ACCOUNT, wanted(is, 200_000))).toBeNull();
  expect(audit).toHaveBeenCalledOnce();
});
