import { describe, expect, it } from "vitest";
import {
  adviceWords,
  priceWords,
  type Report,
  reportQuery,
  waitedWords,
  waitingBounds,
  wrongRateWords,
} from "./report.ts";

const NOON = new Date(2026, 2, 1, 12);

describe("reportQuery", () => {
  it.each([
    ["today", "from=2026-03-01&tz=UTC"],
    ["yesterday", "from=2026-02-28&to=2026-03-01&tz=UTC"],
    ["week", "from=2026-02-23&tz=UTC"],
    ["month", "from=2026-01-31&tz=UTC"],
  ] as const)("asks for %s by whole days", (range, query) => {
    expect(reportQuery(range, NOON, "UTC").toString()).toBe(query);
  });
});

it("words how long visitors had waited", () => {
  expect(waitedWords(null)).toBe("–");
  expect(waitedWords({ p50: 95, p90: 600, p99: 900, count: 7 })).toBe(
    "half of them after 1 min 35 s, one in ten after more than 10 min",
  );
});

it("words rows of waiting times by their bounds", () => {
  const rows = [30, 60, null].map((upToSeconds) => ({ upToSeconds, count: 1 }));
  expect(waitingBounds(rows)).toEqual(["up to 30 s", "30 s to 1 min", "over 1 min"]);
});

it("says what advised buffers would have spared and what they cost, and nothing without advice", () => {
  const point = (bySeconds: number, returned: number) => ({
    bySeconds,
    returned,
    share: null,
    delayedSeconds: 0,
  });
  const curve = [point(15, 3), point(45, 385), point(600, 493)];
  expect(priceWords({ curve, adviceSeconds: 45 })).toBe(
    "Longer by 45 s, 385 of the 493 visitors who came back within 10 min would not have been found gone. The price: each visitor who really leaves is noticed 45 s later.",
  );
  expect(priceWords({ curve, adviceSeconds: null })).toBeNull();
});

it("says how often a verdict is wrong with as many digits as mean something", () => {
  expect(wrongRateWords(1.5904)).toContain("1.6 wrong verdicts for each hour");
  expect(wrongRateWords(0.00314)).toContain("0.0031 wrong");
});

describe("adviceWords", () => {
  const words = (departures: number, count: number, adviceSeconds: number | null) =>
    adviceWords({
      contradicted: { departures, count },
      buffer: { curve: [], adviceSeconds },
    } as unknown as Report);

  it("says by how much a buffer should be longer, if it is too short", () => {
    expect(words(100, 9, 15)).toContain("too short. Longer by 15 s");
    expect(words(100, 1, null)).toContain("long enough");
    expect(words(4, 1, null)).toContain("at least 20");
  });
});
