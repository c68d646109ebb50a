import type { Signal } from "@preact/signals";
import type { Api } from "../live/api.ts";
import { ApiProblem, failureWords } from "../live/problem.ts";
import { changedSettingsWords } from "../model/meanwhile.ts";
import type { Settings } from "../model/settings.ts";

export type SettingsApi = Pick<Api, "changeSettings" | "settings">;

/** Changes the settings that are shown, if they are still what the collector has. */
export async function saveSettings(
  api: SettingsApi,
  settings: Signal<Settings>,
  patch: Record<string, unknown>,
): Promise<void> {
  settings.value = await api.changeSettings(patch, settings.peek());
}

/** Why nothing was saved. What someone else has changed meanwhile is named, and shown from then on. */
export async function unsavedWords(
  failure: unknown,
  api: SettingsApi,
  settings: Signal<Settings>,
): Promise<string> {
  if (!(failure instanceof ApiProblem) || failure.code !== "changed_meanwhile") {
    return `Nothing was saved. ${failureWords(failure)}`;
  }
  try {
    const before = settings.peek();
    const now = await api.settings();
    settings.value = now;
    const changed = changedSettingsWords(before, now);
    return `Nothing was saved: someone else has changed ${changed}. What you entered is still here; look at it again, and save.`;
  } catch (reading) {
    return `Nothing was saved: someone else has changed the settings. ${failureWords(reading)}`;
  }
}
