import { expect, it } from "vitest";
import { aSession, aShadow } from "../testing/session.ts";
import { isHeard, setupChecks } from "./setup-checks.ts";

const done = (...given: Parameters<typeof setupChecks>) =>
  setupChecks(...given)
    .filter(({ isDone }) => isDone)
    .map(({ id }) => id);

it("knows what is done of the setting-up, from the settings and what was heard", () => {
  expect(done({}, false)).toEqual([]);
  expect(done({ presence: { mode: "shadow" } }, false)).toEqual(["mode"]);
  expect(done({ presence: { mode: "on" }, origins: ["https://a.example"] }, true)).toEqual([
    "mode",
    "origins",
    "heard",
  ]);
});

it("has heard a page once presence is known, in a trial run too", () => {
  expect(isHeard([])).toBe(false);
  expect(isHeard([aSession({ presence: "unknown" }), aSession({ presence: "ignored" })])).toBe(
    false,
  );
  expect(isHeard([aSession({ presence: "unknown" }), aSession({ presence: "offline" })])).toBe(
    true,
  );
  expect(isHeard([{ ...aSession({ presence: "ignored" }), shadow: aShadow() }])).toBe(true);
});
