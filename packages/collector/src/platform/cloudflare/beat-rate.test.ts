import { expect, it } from "vitest";
import { BeatRate } from "./beat-rate.ts";

const WAITING_MS = 10_000;

it("holds the beats of two visitors who wait, and not those of one", () => {
  const [two, one] = [new BeatRate(), new BeatRate()];
  const held = [0, 3_000, 10_000, 13_000].map((at) => two.note(at));
  expect(held).toEqual([false, false, true, true]);
  for (let at = 0; at < 30 * WAITING_MS; at += WAITING_MS) expect(one.note(at)).toBe(false);
});

it("goes on through a pause, and ends when beats have become few", () => {
  const rate = new BeatRate();
  for (const at of [0, 1_000, 2_000]) rate.note(at);
  expect(rate.isHigh(20_000)).toBe(true);
  expect(rate.note(20_000)).toBe(true);
  expect(rate.isHigh(40_000)).toBe(false);
  expect(rate.note(40_000)).toBe(false);
});
