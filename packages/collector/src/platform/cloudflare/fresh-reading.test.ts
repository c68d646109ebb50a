import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Clock } from "../../engine/clock.ts";
import { StoreError } from "../../stores/store.ts";
import {
  FIRST_WAIT_MS,
  FreshReading,
  MAX_AGE_MS,
  MAX_CONFIRMED_AGE_MS,
  WAIT_MS,
} from "./fresh-reading.ts";

let read: ReturnType<typeof vi.fn<() => Promise<boolean>>>;
let errors: unknown[];
let held: Promise<unknown>[];
let fresh: FreshReading;
beforeEach(() => {
  vi.useFakeTimers();
  read = vi.fn(async () => false);
  errors = [];
  held = [];
  fresh = new FreshReading(new Clock(Date.now), read, (error) => errors.push(error));
});
afterEach(() => {
  vi.useRealTimers();
});

const hold = (reading: Promise<unknown>) => held.push(reading);
const ensure = () => fresh.ensure(hold);
const hang = () => new Promise<boolean>(() => {});

/** Whether a request goes on within a time. */
async function goesOnWithin(ms: number): Promise<boolean> {
  let goesOn = false;
  ensure().then(() => {
    goesOn = true;
  });
  await vi.advanceTimersByTimeAsync(ms);
  return goesOn;
}

it("asks once in five minutes, by the request that finds it older", async () => {
  await ensure();
  await vi.advanceTimersByTimeAsync(MAX_CONFIRMED_AGE_MS - 1);
  await ensure();
  expect(read).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  await Promise.all([ensure(), ensure(), ensure()]);
  expect(read).toHaveBeenCalledTimes(2);
});

it("is read again for a refused signal once in five seconds, which says whether it has changed", async () => {
  await ensure();
  expect(await fresh.hasChanged(hold)).toBe(false);
  expect(read).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(MAX_AGE_MS);
  read.mockResolvedValueOnce(true);
  expect(await fresh.hasChanged(hold)).toBe(true);
  await vi.advanceTimersByTimeAsync(MAX_AGE_MS);
  const all = await Promise.all([fresh.hasChanged(hold), fresh.hasChanged(hold)]);
  expect(all).toEqual([false, false]);
  expect(read).toHaveBeenCalledTimes(3);
});

it("is waited for also by a second refused signal, and judges again one that it overtook", async () => {
  await ensure();
  await vi.advanceTimersByTimeAsync(MAX_AGE_MS);
  let answer = (_hasChanged: boolean) => {};
  read.mockImplementationOnce(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  const judgedAt = fresh.changes;
  const first = fresh.hasChanged(hold, judgedAt);
  const second = fresh.hasChanged(hold, judgedAt);
  answer(true);
  expect(await Promise.all([first, second])).toEqual([true, true]);
  expect(await fresh.hasChanged(hold, judgedAt), "judged before the reading was over").toBe(true);
  expect(await fresh.hasChanged(hold, fresh.changes), "judged by what it has read").toBe(false);
  expect(read).toHaveBeenCalledTimes(2);
});

it("is read where a shard knows of something later, however fresh it is, and once for all", async () => {
  await ensure();
  await Promise.all([fresh.readLater(hold), fresh.readLater(hold)]);
  expect(read).toHaveBeenCalledTimes(2);
  await fresh.readLater(hold);
  expect(read).toHaveBeenCalledTimes(3);
});

it("serves what is known after half a second without asking shards, and goes on reading beside the request", async () => {
  await ensure();
  let answer = (_hasChanged: boolean) => {};
  read.mockImplementation(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  await vi.advanceTimersByTimeAsync(MAX_CONFIRMED_AGE_MS);
  const [starter, other] = [goesOnWithin(WAIT_MS - 1), goesOnWithin(0)];
  expect(await Promise.all([starter, other])).toEqual([false, true]);
  expect(held).toHaveLength(2);
  expect(fresh.isConfirmed).toBe(true);
  await vi.advanceTimersByTimeAsync(1);
  expect(fresh.isConfirmed).toBe(false);
  expect(await goesOnWithin(0)).toBe(true);
  await vi.advanceTimersByTimeAsync(MAX_AGE_MS);
  expect(await goesOnWithin(WAIT_MS)).toBe(true);
  expect(read, "it is asked again, though it has never answered").toHaveBeenCalledTimes(3);
  answer(false);
  await vi.advanceTimersByTimeAsync(0);
  expect(fresh.isConfirmed).toBe(true);
});

it("serves what is known where a reading fails, and reports that", async () => {
  await ensure();
  read.mockRejectedValue(new StoreError("down"));
  await vi.advanceTimersByTimeAsync(MAX_CONFIRMED_AGE_MS);
  await ensure();
  expect(errors).toEqual([new StoreError("down")]);
  expect(fresh.isConfirmed).toBe(false);
});

it("refuses requests while nothing is known, and asks for each of them", async () => {
  read.mockRejectedValueOnce(new StoreError("down"));
  await expect(ensure()).rejects.toThrow("down");
  read.mockImplementationOnce(hang);
  const refused = expect(ensure()).rejects.toThrow(StoreError);
  await vi.advanceTimersByTimeAsync(FIRST_WAIT_MS);
  await refused;
  await ensure();
  expect(read).toHaveBeenCalledTimes(3);
});
