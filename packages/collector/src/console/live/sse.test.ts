import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEventParser } from "./sse.ts";

const EVENT = 'id: tr_7\nevent: transition\ndata: {"seq":7}\n\n';

describe("createEventParser", () => {
  it("parses an event", () => {
    expect(createEventParser()(EVENT)).toEqual([
      { id: "tr_7", event: "transition", data: '{"seq":7}' },
    ]);
  });

  it("parses the same events however the text is split into chunks", () => {
    const text = `: keep-alive\n\n${EVENT}id:8\r\ndata:one\r\ndata: two\r\n\r\n: keep-alive\r\rdata: last\r\r\n`;
    const expected = createEventParser()(text);
    expect(expected.map(({ data }) => data)).toEqual(['{"seq":7}', "one\ntwo", "last"]);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const parse = createEventParser();
        const ends = [...cuts, text.length].sort((a, b) => a - b);
        const events = ends.flatMap((end, index) => parse(text.slice(ends[index - 1] ?? 0, end)));
        expect(events).toEqual(expected);
      }),
    );
  });

  it("keeps the last id for events that have none", () => {
    const events = createEventParser()("id: 1\ndata: a\n\ndata: b\n\n");
    expect(events.map(({ id }) => id)).toEqual(["1", "1"]);
  });

  it("ignores comments and events without data", () => {
    expect(createEventParser()(": keep-alive\n\nid: 4\nevent: transition\n\n")).toEqual([]);
  });

  it("keeps an incomplete event until its end arrives", () => {
    const parse = createEventParser();
    expect(parse("data: half")).toEqual([]);
    expect(parse(" and half\n")).toEqual([]);
    expect(parse("\n")).toEqual([{ id: "", event: "message", data: "half and half" }]);
  });
});
