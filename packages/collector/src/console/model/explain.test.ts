import { expect, it } from "vitest";
import { modeLink, modeWords, ruleWords } from "./explain.ts";

it("warns where presence does not decide, and says what the page Presence offers then", () => {
  expect(modeWords({ presence: { mode: "on" } })).toBeNull();
  expect(modeWords({ presence: { mode: "off" } })).toContain("switched off");
  expect(modeLink({ presence: { mode: "off" } })).toBe("Try it out or switch it on");
  expect(modeWords({ presence: { mode: "shadow" } })).toContain("Trial run");
  expect(modeLink({ presence: { mode: "shadow" } })).toBe("See what it found");
});

it("has a sentence for each wait that is set", () => {
  expect(ruleWords({})).toEqual([]);
  expect(ruleWords({ presence: { closeBufferSeconds: 5 } })).toEqual([
    "Closed the last page: gone after 5 s.",
  ]);
});
