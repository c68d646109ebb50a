import { expect, it } from "vitest";
import { parseSignal } from "./decode-signal.ts";

it("a signal may begin with a byte order mark", () => {
  // Node's buffers keep it, a TextDecoder removes it.
  const body = Buffer.from('\uFEFF{"v":1}');
  for (const text of [body.toString(), new TextDecoder().decode(body)]) {
    expect(parseSignal(text)).toEqual({ v: 1 });
  }
});
