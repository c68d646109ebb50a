import { expect, it } from "vitest";
import { attemptWords } from "./attempt.ts";

const attempt = { origin: "https://a.example", count: 2, lastAt: "2026-01-01T10:00:00.000Z" };

it("says where a refused signal came from and what to do, or else its code", () => {
  expect(attemptWords({ ...attempt, code: "origin_not_allowed" })).toMatch(
    /^From https:\/\/a\.example, 2 times, last .*2026.*: This site is not in the list above\.$/,
  );
  expect(attemptWords({ ...attempt, code: "another", origin: null, count: 1 })).toMatch(
    /^From no page, once, .*: another$/,
  );
});
