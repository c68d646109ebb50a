import { createHmac } from "node:crypto";
import fc from "fast-check";
import { verify } from "hono/jwt";
import { describe, expect, it } from "vitest";
import { createWebHmac, type Hmac, readSigned } from "./jwt.ts";

const SECRET = "ts_secret";
const hmac: Hmac = (secret, text) => createHmac("sha256", secret).update(text).digest("base64url");
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

function sign(header: unknown, claims: unknown, secret = SECRET): string {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${hmac(secret, text)}`;
}

/** What hono's own verification says, leaving times aside. */
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

describe("a token is read", () => {
  it("as the library reads it, whoever signed it with whatever header", async () => {
    await fc.assert(
      fc.asyncProperty(header, claims, fc.constantFrom(SECRET, "other"), async (head, said, by) => {
        const token = sign(head, said, by);
        expect(await readSigned(token, SECRET, hmac)).toEqual(await byLibrary(token));
      }),
      { numRuns: 500 },
    );
  });

  it("by no means once a character of it is another", async () => {
    const token = sign(usual, { sid: "conv_1", exp: 1 });
    for (let place = 0; place < token.length; place += 1) {
      const other = token[place] === "A" ? "B" : "A";
      const forged = token.slice(0, place) + other + token.slice(place + 1);
      expect(await readSigned(forged, SECRET, hmac)).toBeNull();
    }
  });

  it("never from parts that are none", async () => {
    const signed = (text: string) => `${text}.${hmac(SECRET, text)}`;
    for (const text of ["", ".", "a", "a.b", `${part(usual)}.!`, `${part(usual)}.${part([1])}`]) {
      expect(await readSigned(signed(text), SECRET, hmac)).toBeNull();
    }
    expect(await readSigned(`${part(usual)}.${part({})}`, SECRET, hmac)).toBeNull();
    expect(await readSigned(`${part(usual)}.${part({})}.`, SECRET, hmac)).toBeNull();
  });

  it("the same by the web's cryptography as by Node's", async () => {
    const token = sign(usual, { sub: "größer", sid: "conv_1" });
    expect(await readSigned(token, SECRET, createWebHmac())).toEqual({
      sub: "größer",
      sid: "conv_1",
    });
  });
});
