import { createHmac } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { Accounts } from "../engine/accounts.ts";
import { Clock } from "../engine/clock.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import type { Account } from "../stores/store.ts";
import { createWebHmac, type Hmac } from "./jwt.ts";
import type { Problem } from "./problem.ts";
import { TokenVerifier } from "./session-token.ts";

/** In the middle of a second. */
const NOW = 1_700_000_000_500;
const SECONDS = NOW / 1000;
/** It was set forward by an hour: tokens are compared with the wall clock. */
const clock = new Clock(() => NOW - 3_600_000);
clock.stepTo(3_600_000);
const hmac: Hmac = (secret, text) => createHmac("sha256", secret).update(text).digest("base64url");

let account: Account;
let verifier: TokenVerifier;
let accounts: Accounts;

beforeEach(async () => {
  accounts = new Accounts(new MemoryStore(), clock);
  await accounts.put("default");
  account = accounts.byName("default") as Account;
  verifier = new TokenVerifier(accounts, clock, { hmac });
});

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A token that is good but for these claims; `undefined` leaves a claim out. */
function tokenWith(claims: object = {}): string {
  const good = { aud: "default", sid: "conv_1", exp: Math.floor(SECONDS) + 600 };
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part({ ...good, ...claims })}`;
  return `${text}.${hmac(account.tokenSecrets[0]?.secret ?? "", text)}`;
}

function verify(claims: object) {
  return verifier.verify(account, "conv_1", tokenWith(claims));
}

/** How long the token is good from now on, in seconds, or the problem that refuses it. */
function outcomeOf(claims: object): number | Problem {
  try {
    const { goodUntil } = verify(claims) as { goodUntil: number };
    return (goodUntil - NOW) / 1000;
  } catch (error) {
    return error as Problem;
  }
}

describe("a token is accepted", () => {
  it.each<[string, object]>([
    ["with an `iat` that has a fraction, in the very second of its making", { iat: SECONDS }],
    ["with an `nbf` that has a fraction", { nbf: SECONDS + 0.25 }],
    ["with an `iat` by a clock that is a second ahead", { iat: SECONDS + 1 }],
    ["with an `nbf` by a clock that is a second ahead", { nbf: SECONDS + 1 }],
    ["with an `nbf` by a clock that is a minute ahead", { nbf: SECONDS + 60 }],
    ["with an `aud` that is a list", { aud: ["default", "desk"] }],
    ["with an `aud` that is a list of one", { aud: ["default"] }],
  ])("%s", (_, claims) => {
    expect(outcomeOf(claims)).toBeCloseTo(Math.floor(SECONDS) + 660 - SECONDS);
  });

  it("for 60 seconds after its `exp`, fractions included", () => {
    expect(outcomeOf({ exp: SECONDS + 10.25 })).toBeCloseTo(70.25);
    expect(outcomeOf({ exp: SECONDS - 59 })).toBeCloseTo(1);
    expect(outcomeOf({ exp: SECONDS - 61 })).toBeCloseTo(-1);
  });

  it("with the last second before the year 5000 as its `exp`", () => {
    expect(outcomeOf({ exp: Date.UTC(5000, 0) / 1000 - 1 })).toBeGreaterThan(0);
  });
});

describe("a token is refused", () => {
  it.each<[string, object, RegExp]>([
    ["with an `exp` in milliseconds", { exp: NOW + 600_000 }, /`exp` is in milliseconds.*seconds/],
    ["with an `nbf` in milliseconds", { nbf: NOW }, /`nbf` is in milliseconds/],
    ["with an `iat` in milliseconds", { iat: NOW }, /`iat` is in milliseconds/],
    ["without an `exp`", { exp: undefined }, /no `exp`/],
    ["with an `exp` that is text", { exp: "1700000600" }, /`exp` is not a number/],
    ["with an `nbf` that is text", { nbf: "now" }, /`nbf` is not a number/],
    [
      "with an `nbf` of more than a minute from now",
      { nbf: SECONDS + 61 },
      /`nbf` is in the future/,
    ],
    [
      "with an `iat` of more than a minute from now",
      { iat: SECONDS + 61 },
      /`iat` is in the future/,
    ],
    ["without a `sid`", { sid: undefined }, /no `sid`/],
    ["with an empty `sid`", { sid: "" }, /no `sid`/],
    ["with a `sid` that is an object", { sid: { id: "conv_1" } }, /no `sid`/],
    ["without an `aud`", { aud: undefined }, /`aud` is not this account/],
    ["with another `aud`", { aud: "shop" }, /`aud` is not this account/],
    ["with a list of other accounts as its `aud`", { aud: ["shop", "desk"] }, /`aud` is not/],
    ["with an empty list as its `aud`", { aud: [] }, /`aud` is not this account/],
    ["with a list in a list as its `aud`", { aud: [["default"]] }, /`aud` is not this account/],
  ])("%s", (_, claims, detail) => {
    const problem = outcomeOf(claims);
    expect(problem).toMatchObject({ code: "token_invalid" });
    expect((problem as Problem).message).toMatch(detail);
  });

  it("for another session, expired or not", () => {
    expect(outcomeOf({ sid: "conv_2" })).toMatchObject({ code: "token_other_session" });
    expect(outcomeOf({ sid: "conv_2", exp: 1 })).toMatchObject({ code: "token_other_session" });
  });
});

describe("the hash of a token", () => {
  const hashOf = (claims: object) => (verify(claims) as { hash: string }).hash;

  it("has 22 characters, is the same each time, and differs between tokens", () => {
    expect(hashOf({})).toMatch(/^[\w-]{22}$/);
    expect(hashOf({})).toBe(hashOf({}));
    expect(hashOf({ sub: "u_1" })).not.toBe(hashOf({}));
  });

  it("is no part of the token", () => {
    expect(tokenWith()).not.toContain(hashOf({}).slice(0, 8));
  });

  it("is the same with Web Crypto", async () => {
    const other = new TokenVerifier(accounts, clock, { hmac: createWebHmac() });
    const verified = await other.verify(account, "conv_1", tokenWith());
    expect(verified).toEqual(verify({}));
  });
});
