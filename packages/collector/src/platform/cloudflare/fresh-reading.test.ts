import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Clock } from "../../engine/clock.ts";
import { StoreError } from "../../stores/store.ts";
import { FIRST_WAIT_MS, FreshReading, MAX_AGE_MS, WAIT_MS } from "./fresh-reading.ts";

let read: ReturnType<typeof vi.fn<() => Promise<void>>>;
let errors: unknown[];
let held: Promise<void>[];
let fresh: FreshReading;
beforeEach(() => {
  vi.useFakeTimers();
  read = vi.fn(async () => {});
  errors = [];
  held = [];
  fresh = new FreshReading(new Clock(Date.now), read, (error) => errors.push(error));
});
afterEach(() => {
  vi.useRealTimers();
});

const ensure = () => fresh.ensure((reading) => held.push(reading));
const hang = () => new Promise<void>(() => {});

/** Whether a request goes on within a time. */
async function goesOnWithin(ms: number): Promise<boolean> {
  let goesOn = false;
  ensure().then(() => {
    goesOn = true;
  });
  await vi.advanceTimersByTimeAsync(ms);
  return goesOn;
}

it("asks once in five seconds, by the request that finds it older", async () => {
  await ensure();
  await ensure();
  expect(read).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(MAX_AGE_MS);
  await Promise.all([ensure(), ensure(), ensure()]);
  expect(read).toHaveBeenCalledTimes(2);
});

it("serves what is known after half a second, and goes on reading beside the request", async () => {
  await ensure();
  read.mockImplementation(hang);
  await vi.advanceTimersByTimeAsync(MAX_AGE_MS);
  const [starter, other] = [goesOnWithin(WAIT_MS - 1), goesOnWithin(0)];
  expect(await Promise.all([starter, other])).toEqual([false, true]);
  expect(held).toHaveLength(2);
  expect(await goesOnWithin(0)).toBe(true);
  await vi.advanceTimersByTimeAsync(MAX_AGE_MS);
  expect(await goesOnWithin(WAIT_MS)).toBe(true);
  expect(read, "it is asked again, though it has never answered").toHaveBeenCalledTimes(3);
});

it("serves what is known where a reading fails, and reports that", async () => {
  await ensure();
  read.mockRejectedValue(new StoreError("down"));
  await vi.advanceTimersByTimeAsync(MAX_AGE_MS);
  await ensure();
  expect(errors).toEqual([new StoreError("down")]);
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
