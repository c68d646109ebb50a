import { expect, it } from "vitest";
import type { Eviction } from "../stores/store.ts";
import { watchEviction } from "./eviction-watch.ts";

const KEPT: Eviction = { mayEvict: false, message: "" };
const EVICTING: Eviction = { mayEvict: true, message: "It evicts." };
const UNKNOWN: Eviction = { mayEvict: null, message: "It does not say." };

function watched(first: Eviction) {
  let now = 0;
  let eviction = first;
  let asked = 0;
  const warnings: string[] = [];
  const checkEviction = async () => {
    asked += 1;
    return eviction;
  };
  const watch = watchEviction(
    { checkEviction },
    (message) => warnings.push(message),
    () => now,
  );
  return {
    watch,
    warnings,
    asked: () => asked,
    become: (next: Eviction) => {
      eviction = next;
    },
    async pass(seconds: number): Promise<void> {
      for (let second = 0; second < seconds; second += 1) {
        await watch.check();
        now += 1_000;
      }
    },
  };
}

it("names a store that begins to evict within 20 s, and then once a minute until it does not", async () => {
  const { watch, warnings, pass, become, asked } = watched(KEPT);
  await pass(20);
  expect([warnings, watch.mayEvict, asked()]).toEqual([[], false, 1]);
  become(EVICTING);
  await pass(20);
  expect([warnings, watch.mayEvict]).toEqual([["It evicts."], true]);
  await pass(60);
  expect(warnings).toHaveLength(2);
  become(KEPT);
  await pass(120);
  expect([warnings.length, watch.mayEvict]).toEqual([2, false]);
});

it("names a store that does not say once", async () => {
  const { watch, warnings, pass } = watched(UNKNOWN);
  await pass(300);
  expect([warnings, watch.mayEvict]).toEqual([["It does not say."], null]);
});

it("takes a store that drops nothing on its own for one that evicts nothing", async () => {
  const watch = watchEviction({}, () => {});
  await watch.check();
  expect(watch.mayEvict).toBe(false);
});
