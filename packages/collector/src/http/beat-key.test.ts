import { hash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isCacheable, type KeyedBody, readBeatKey } from "./beat-key.ts";
import { parseSignal } from "./decode-signal.ts";

const FIELDS = { v: 1, key: "pk_1", session: "s", token: "a.b.c", page: "p", gen: 0 };
const LAST = { visible: true, armed: true };

function read(body: string): KeyedBody | null {
  return readBeatKey(new TextEncoder().encode(body), (bytes) => hash("sha256", bytes, "binary"));
}

/** A body as the SDK writes it. */
function bodyOf(seq: unknown, change: object = {}): string {
  return JSON.stringify({ ...FIELDS, type: "beat", seq, ...LAST, ...change });
}

describe("the cache key of a beat", () => {
  it("is the same for every `seq` with the same number of digits", () => {
    const [a, b, c] = [12, 98, 123].map((seq) => read(bodyOf(seq)));
    expect([a?.seq, b?.seq, c?.seq]).toEqual([12, 98, 123]);
    expect(b?.key).toEqual(a?.key);
    expect(c?.key).not.toEqual(a?.key);
    expect(read(bodyOf(0))?.seq).toBe(0);
  });

  it("differs where any other field differs", () => {
    const known = JSON.stringify(read(bodyOf(12))?.key);
    for (const field of [...Object.keys(FIELDS), "type", ...Object.keys(LAST)]) {
      const other = read(bodyOf(12, { [field]: "other" }))?.key;
      expect(JSON.stringify(other)).not.toBe(known);
    }
  });

  it("is absent where `seq` is no number as JSON.stringify writes one", () => {
    for (const seq of ["x", null, true, -1, 1.5, 1e21, 2 ** 31, "12"])
      expect(read(bodyOf(seq))).toBeNull();
    expect(read(bodyOf(12).replace(":12,", ":012,"))).toBeNull();
    expect(read(bodyOf(12).replace(":12,", ": 12,"))).toBeNull();
    expect(read("")).toBeNull();
    expect(read(`${bodyOf(12)}${" ".repeat(5_000)}`)).toBeNull();
  });

  it("is used only for bodies that it stands for: canonical JSON with plain values", () => {
    const plain = (text: string) => isCacheable(parseSignal(text), text);
    expect(plain(bodyOf(12))).toBe(true);
    for (const text of [
      ` ${bodyOf(12)}`,
      bodyOf(12).replace(',"seq"', ', "seq"'),
      bodyOf(12).replace('"seq":12', '"seq":12,"seq":13'),
      bodyOf(12).replace('"seq":12', '"\\u0073eq":12'),
      bodyOf(12).replace('"seq":12', '"seq":1.2e1'),
      bodyOf(12, { more: { seq: 13 } }),
      bodyOf(12, { more: [] }),
    ]) {
      expect(plain(text)).toBe(false);
    }
  });

  it("comes with the `seq` of the field itself, whatever other text looks like it", () => {
    const body = { seq: 5, 'a"seq': 6, 'b,"seq': 7, c: '{"seq":8' };
    expect(read(JSON.stringify(body))?.seq).toBe(5);
  });

  it("stands for bodies that are equal in all but `seq`, whatever they contain", () => {
    const text = fc.string({
      unit: fc.constantFrom('"', "s", "e", "q", ":", "1", "\\", "{", "}", ",", "é"),
    });
    const name = fc.oneof(text, fc.constantFrom("seq", "session", '"seq":'));
    const value = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant('"seq":7'));
    const seq = fc.integer({ min: 10, max: 99 });
    let compared = 0;
    fc.assert(
      fc.property(
        fc.dictionary(name, value),
        seq,
        seq,
        fc.dictionary(name, value),
        (a, one, two, b) => {
          const body = { ...a, seq: one, ...b };
          const first = JSON.stringify(body);
          const known = read(first);
          const isKeyed = known?.seq === body.seq && isCacheable(parseSignal(first), first);
          if (!isKeyed) return;
          // Any other body with the same key differs from it in the digits of one number.
          const at = first.lastIndexOf('"seq":') + 6;
          const second = `${first.slice(0, at)}${two}${first.slice(at + String(body.seq).length)}`;
          if (JSON.stringify(read(second)?.key) !== JSON.stringify(known.key)) return;
          compared += 1;
          expect(parseSignal(second)).toEqual({ ...parseSignal(first), seq: two });
        },
      ),
      { numRuns: 5_000 },
    );
    // A property that never meets its case proves nothing.
    expect(compared).toBeGreaterThan(1_000);
  });
});
