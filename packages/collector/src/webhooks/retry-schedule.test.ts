import { describe, expect, it } from "vitest";
import {
  boundRetryAfterMs,
  GIVE_UP_AFTER_MS,
  isGivenUp,
  isLatestOnly,
  retryDelayMs,
} from "./retry-schedule.ts";

describe("retries", () => {
  it("follow after 1, 2, 5, 15, 30 and then every 60 seconds", () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 1_400].map((attempts) => retryDelayMs(attempts, 0.5));
    expect(delays).toEqual([1_000, 2_000, 5_000, 15_000, 30_000, 60_000, 60_000, 60_000]);
  });

  it("have a jitter of 10 % in either direction", () => {
    expect(retryDelayMs(6, 0)).toBe(54_000);
    expect(retryDelayMs(6, 1)).toBe(66_000);
  });

  it("end after a day", () => {
    expect(isGivenUp(0, GIVE_UP_AFTER_MS)).toBe(false);
    expect(isGivenUp(0, GIVE_UP_AFTER_MS + 1)).toBe(true);
  });
});

it("after ten minutes only the latest transition of a session is sent", () => {
  expect(isLatestOnly(0, 599_999)).toBe(false);
  expect(isLatestOnly(0, 600_000)).toBe(true);
});

it("Retry-After is limited to ten minutes, and ignored if it is not positive", () => {
  expect([null, -5, 0, 7_000, 1e12].map(boundRetryAfterMs)).toEqual([
    null,
    null,
    null,
    7_000,
    600_000,
  ]);
});
