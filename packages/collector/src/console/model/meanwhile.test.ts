import { expect, it } from "vitest";
import type { Trigger } from "../../core/trigger.ts";
import { changedSettingsWords, changedTriggersWords } from "./meanwhile.ts";

const trigger = (name: string, enabled = true): Trigger => ({
  name,
  enabled,
  all: [],
  any: [],
  actions: [],
});

it("names the settings that someone else has changed, with both values", () => {
  const before = { presence: { bufferSeconds: 15 } };
  const words = changedSettingsWords(before, { presence: { bufferSeconds: 20 } });
  expect(words).toMatch(/^“.+” from 15 s to 20 s$/);
  expect(changedSettingsWords(before, before)).toBe("the settings");
});

it("names the triggers that someone else has added, removed, changed or moved", () => {
  const [a, b] = [trigger("a"), trigger("b")];
  expect(changedTriggersWords([a, b], [trigger("a", false), trigger("c")])).toBe(
    "added “c”; removed “b”; changed “a”",
  );
  expect(changedTriggersWords([a, b], [b, a])).toBe("changed the order of the triggers");
});
