import { expect, it } from "vitest";
import { changed, told } from "../../testing/trace.ts";
import type { DeliveryFact, TraceFact } from "../trace.ts";
import { factWords } from "./fact-words.ts";

const words = (fact: TraceFact, isTrial = false) =>
  factWords(fact, { numbers: new Map(), buffers: [], isTrial });

const delivery = (change: Partial<DeliveryFact>) => words({ ...told(0), ...change } as TraceFact);

it("says what became of telling the desk", () => {
  expect(delivery({})).toBe("The desk chat was told");
  expect(delivery({ attempts: 3 })).toBe("The desk chat was told, 3 attempts");
  expect(delivery({ status: "superseded", attempts: 0, response: null })).toBe(
    "The desk chat was told of a later change in place of this one",
  );
  expect(delivery({ status: "failed", response: 401, error: "misconfigured", attempts: 9 })).toBe(
    "The desk chat could not be told: it answered 401: it refuses the access, or lacks what is written to, 9 attempts",
  );
  const pending = { status: "pending", response: null, error: "timeout" } as const;
  expect(delivery({ ...pending, nextAttemptAt: "2026-01-01T10:00:00.000Z" })).toMatch(
    /^The desk chat is not told yet: it did not answer in time; next attempt at .*2026/,
  );
});

it("says of a trial run what would have been decided", () => {
  expect(words(changed(0))).toMatch(/^Called gone; /);
  expect(words(changed(0), true)).toMatch(/^Would have been called gone; /);
});
