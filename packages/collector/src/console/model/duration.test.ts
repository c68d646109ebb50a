import { describe, expect, it } from "vitest";
import { duration, seconds } from "./duration.ts";

const S = 1_000;
const MIN = 60 * S;
const H = 60 * MIN;

describe("duration", () => {
  it.each([
    [-5 * S, "0 s", "0 s"],
    [999, "0 s", "0 s"],
    [59 * S, "59 s", "59 s"],
    [MIN, "1 min", "1 min"],
    [4 * MIN + 12 * S, "4 min 12 s", "4 min"],
    [H, "1 h", "1 h"],
    [H + 5 * MIN + 7 * S, "1 h 5 min", "1 h 5 min"],
    [49 * H, "2 d 1 h", "2 d 1 h"],
  ])("formats %i ms as %s, coarsely as %s", (ms, fine, coarse) => {
    expect(duration(ms, "fine")).toBe(fine);
    expect(duration(ms)).toBe(coarse);
  });
});

describe("seconds", () => {
  it.each([
    [15, "15 s"],
    [600, "10 min"],
    [90, "1 min 30 s"],
    [1.5, "1.5 s"],
  ])("formats %d as %s", (value, words) => {
    expect(seconds(value)).toBe(words);
  });
});
