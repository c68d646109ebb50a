import { describe, expect, it } from "vitest";
import { Problem } from "../http/problem.ts";
import { refusalOf } from "../http/refusal.ts";
import { createRefusalLog, type RefusalEntry } from "./refusal-log.ts";

const notListed = new Problem("origin_not_allowed", "Add the origin.");
const unknownKey = new Problem("key_invalid", "Use another key.");

describe("the log of refused signals", () => {
  it("has the first of each kind a minute, and the number of the others", () => {
    let now = 0;
    const entries: RefusalEntry[] = [];
    const log = createRefusalLog(
      (entry) => entries.push(entry),
      () => now,
    );
    const refuse = (problem: Problem) =>
      log(refusalOf(problem, "https://shop.example", "pk_abcdefghijkl"));
    for (let count = 0; count < 100; count += 1) refuse(notListed);
    refuse(unknownKey);
    now = 59_999;
    refuse(notListed);
    now = 60_000;
    refuse(notListed);
    const origin = { origin: "https://shop.example", key: "pk_abcde" };
    expect(entries).toEqual([
      { refused: "origin_not_allowed", ...origin, remedy: "Add the origin." },
      { refused: "key_invalid", ...origin, remedy: "Use another key." },
      { refused: "origin_not_allowed", ...origin, remedy: "Add the origin.", repeated: 100 },
    ]);
  });
});

describe("a refusal", () => {
  const of = (origin: string | undefined, key?: unknown) => refusalOf(notListed, origin, key);

  it("cuts the origin at 100 characters, and escapes what is not printable", () => {
    expect(of(`https://${"a".repeat(200)}`).origin).toBe(`https://${"a".repeat(92)}`);
    expect(of('https://a\n{"level":"\u001b[31mü').origin).toBe(
      'https://a\\u000a{"level":"\\u001b[31m\\u00fc',
    );
    expect(of("https://\u2028\ud800").origin).toBe("https://\\u2028\\ud800");
  });

  it("has no origin where none was sent", () => {
    expect(of(undefined)).toEqual({ code: "origin_not_allowed", remedy: "Add the origin." });
  });

  it.each([
    ["a secret key", "sk_abcdefghijkl"],
    ["a token secret", "ts_abcdefghijkl"],
    ["a token", "eyJhbGciOiJIUzI1NiJ9.e30.x"],
    ["an object", { key: "pk_abcdefghijkl" }],
    ["a text of several lines", "pk_a\npk_b"],
    ["a publishable key with another one", "pk_abc sk_abc"],
    ["nothing", undefined],
  ])("states nothing of %s in the place of a key", (_, key) => {
    expect(JSON.stringify(of("https://a.example", key))).not.toMatch(/sk_|ts_|eyJ|pk_/);
  });
});
