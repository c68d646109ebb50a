/**
 * What someone else has changed meanwhile, in words.
 */
import { FIELDS, type SettingName } from "../../core/settings-schema.ts";
import type { Trigger } from "../../core/trigger.ts";
import { valueIn, valueWords } from "./setting-value.ts";
import { SETTING_WORDS } from "./setting-words.ts";
import type { Settings } from "./settings.ts";

const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Of settings, as "Buffer from 15 s to 20 s". */
export function changedSettingsWords(before: Settings, now: Settings): string {
  const changed = (Object.keys(FIELDS) as SettingName[]).flatMap((name) => {
    const [from, to] = [valueIn(before, name), valueIn(now, name)];
    if (isSame(from, to)) return [];
    const { label } = SETTING_WORDS[name];
    return [`“${label}” from ${valueWords(name, from)} to ${valueWords(name, to)}`];
  });
  return changed.length === 0 ? "the settings" : changed.join("; ");
}

/** Of triggers, as "added “A”; removed “B”". */
export function changedTriggersWords(before: readonly Trigger[], now: readonly Trigger[]): string {
  const named = (list: readonly Trigger[], name: string) => list.find((each) => each.name === name);
  const quoted = (list: readonly Trigger[]) => list.map(({ name }) => `“${name}”`).join(", ");
  const parts = [
    ["added", now.filter(({ name }) => !named(before, name))],
    ["removed", before.filter(({ name }) => !named(now, name))],
    [
      "changed",
      now.filter((each) => {
        const earlier = named(before, each.name);
        return earlier !== undefined && !isSame(earlier, each);
      }),
    ],
  ] as const;
  const words = parts.flatMap(([what, list]) =>
    list.length === 0 ? [] : [`${what} ${quoted(list)}`],
  );
  return words.length === 0 ? "changed the order of the triggers" : words.join("; ");
}
