import { expect, it } from "vitest";
import { effectWords } from "./setting-effect.ts";

const buffer = (verdicts: number, avoided: number, shiftSeconds: number) =>
  effectWords({
    setting: "presence.bufferSeconds",
    effect: { days: 7, verdicts, avoided, shiftSeconds, isComplete: shiftSeconds >= 0 },
  });

it("says how many a longer wait would have spared, and what it would have cost", () => {
  expect(buffer(40, 6, 10)).toBe(
    "In the last 7 days 40 visitors were found gone after a wait of this length. With this: 6 came back early enough to be spared, and 34 would have been noticed 10 s later.",
  );
  expect(buffer(1, 0, 90)).toContain(
    "1 visitor was found gone after a wait of this length. With this: None of them",
  );
  expect(buffer(2, 2, 5)).not.toContain("later");
});

it("says of a shorter wait what is not known of it", () => {
  expect(buffer(40, 0, -5)).toContain("noticed 5 s sooner. How many more would have been is not");
});

it("says that there was nothing to compute, or no way to", () => {
  expect(buffer(0, 0, 5)).toContain("no visitor was found gone");
  expect(effectWords({ setting: "routing", effect: null })).toContain("cannot be computed");
});
