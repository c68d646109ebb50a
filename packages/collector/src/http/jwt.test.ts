import { createHmac } from "node:crypto";
import fc from "fast-check";
import { verify } from "hono/jwt";
import { describe, expect, it } from "vitest";
import { createWebHmac, type Hmac, verifyJwt } from "./jwt.ts";

const SECRET = "ts_secret";
const hmac: Hmac = (secret, text) => createHmac("sha256", secret).update(text).digest("base64url");
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

function sign(header: unknown, claims: unknown, secret = SECRET): string {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${hmac(secret, text)}`;
}

/** The result of Hono's own verification, without the time claims. */
async function byLibrary(token: string): Promise<unknown> {
  const options = { alg: "HS256", exp: false, nbf: false, iat: false } as const;
  return verify(token, SECRET, options).catch(() => null);
}

const usual = { alg: "HS256", typ: "JWT" };
const claims = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean()));
const header = fc.oneof(
  fc.constant(usual),
  fc.record(
    {
      alg: fc.constantFrom("HS256", "none", "HS512", "RS256"),
      typ: fc.constantFrom("JWT", "jwt", "application/jwt", "at+jwt", 7),
      crit: fc.constantFrom(["exp"]),
      kid: fc.string(),
    },
    { requiredKeys: ["alg"] },
  ),
);

describe("a token", () => {
  it("verifies exactly when the library accepts it, for any header and any signer", async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(
        header,
        claims,
        fc.constantFrom(SECRET, "other"),
        async (head, body, secret) => {
          const token = sign(head, body, secret);
          const expected = await byLibrary(token);
          if (expected !== null) accepted += 1;
          expect(await verifyJwt(token, SECRET, hmac)).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(50);
    expect(accepted).toBeLessThan(450);
  });

  it("fails to verify after any single character is changed", async () => {
    const token = sign(usual, { sid: "conv_1", exp: 1 });
    for (let index = 0; index < token.length; index += 1) {
      const other = token[index] === "A" ? "B" : "A";
      const forged = token.slice(0, index) + other + token.slice(index + 1);
      expect(await verifyJwt(forged, SECRET, hmac)).toBeNull();
    }
  });

  it("fails to verify when a part is missing or malformed, even with a valid signature", async () => {
    const signed = (text: string) => `${text}.${hmac(SECRET, text)}`;
    for (const text of ["", ".", "a", "a.b", `${part(usual)}.!`, `${part(usual)}.${part([1])}`]) {
      expect(await verifyJwt(signed(text), SECRET, hmac)).toBeNull();
    }
    expect(await verifyJwt(`${part(usual)}.${part({})}`, SECRET, hmac)).toBeNull();
    expect(await verifyJwt(`${part(usual)}.${part({})}.`, SECRET, hmac)).toBeNull();
  });

  it("verifies with Web Crypto as it does with Node's crypto", async () => {
    const token = sign(usual, { sub: "größer", sid: "conv_1" });
    expect(await verifyJwt(token, SECRET, createWebHmac())).toEqual({
      sub: "größer",
      sid: "conv_1",
    });
  });
});
