import { describe, expect, it } from "vitest";
import { FIELDS, type SettingName } from "../../core/settings-schema.ts";
import { changesOf, parse, patchOf, problemsOf, rawOf, valueWords } from "./setting-value.ts";
import { namesIn, SETTING_GROUPS } from "./setting-words.ts";

/** They have a page of their own. */
const ELSEWHERE = ["termsAccepted", "presence.mode"];

describe("settings as they are typed", () => {
  it("shows every setting in one group, or on the page of presence", () => {
    const shown = SETTING_GROUPS.flatMap(namesIn);
    expect([...shown, ...ELSEWHERE].sort()).toEqual(Object.keys(FIELDS).sort());
  });

  it.each(Object.keys(FIELDS) as SettingName[])("reads back what it shows: %s", (name) => {
    const { default: value } = FIELDS[name];
    const isEmptyList = Array.isArray(value) && value.length === 0;
    expect(parse(name, rawOf(value))).toEqual(isEmptyList ? null : value);
  });

  it("takes a comma for a point, and a line for each origin", () => {
    expect(parse("presence.bufferSeconds", " 0,5 ")).toBe(0.5);
    expect(parse("origins", "https://a.example\n\n https://b.example \n")).toEqual([
      "https://a.example",
      "https://b.example",
    ]);
  });

  it("changes what differs, and goes back to the default where the text is empty", () => {
    const settings = { presence: { bufferSeconds: 20, closeBufferSeconds: 5 } };
    const changes = changesOf(settings, {
      "presence.bufferSeconds": "",
      "presence.closeBufferSeconds": "5",
      "inactivity.seconds": "300",
    });
    expect(changes).toEqual([
      { name: "presence.bufferSeconds", from: 20, to: null },
      { name: "inactivity.seconds", from: 600, to: 300 },
    ]);
    expect(patchOf(changes)).toEqual({
      presence: { bufferSeconds: null },
      inactivity: { seconds: 300 },
    });
  });

  it("finds what the collector would refuse, in one value and between two", () => {
    const wrong = (draft: Parameters<typeof problemsOf>[1]) => [...problemsOf({}, draft).keys()];
    expect(wrong({ retentionDays: "0" })).toEqual(["retentionDays"]);
    expect(wrong({ "presence.bufferSeconds": "soon" })).toEqual(["presence.bufferSeconds"]);
    expect(wrong({ origins: "shop.example" })).toEqual(["origins"]);
    expect(wrong({ "presence.leaseSeconds.hidden": "60" })).toEqual([
      "presence.leaseSeconds.hidden",
    ]);
    expect(
      wrong({ "presence.leaseSeconds.hidden": "60", "presence.beatSeconds.hidden": "40" }),
    ).toEqual([]);
  });

  it("names values with their units", () => {
    expect(valueWords("presence.bufferSeconds", 90)).toBe("1 min 30 s");
    expect(valueWords("retentionDays", 1)).toBe("1 day");
    expect(valueWords("retentionDays", null)).toBe("not set");
    expect(valueWords("capacity.autoRelease.setStatus", null)).toBe("Leave it as it is");
    expect(valueWords("routing", "omnichannel")).toBe("Omnichannel");
  });
});
