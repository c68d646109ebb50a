import { batch, computed, type Signal, signal } from "@preact/signals";
import type { PresenceMode } from "../../core/lists.ts";
import { modeTitle } from "../model/mode-words.ts";
import type { Settings } from "../model/settings.ts";
import { type SettingsApi, saveSettings, unsavedWords } from "./settings-save.ts";

export type PresenceForm = ReturnType<typeof createPresenceForm>;

/** Whether presence decides, while that is being changed. */
export function createPresenceForm(api: SettingsApi, settings: Signal<Settings>) {
  const chosen = signal<PresenceMode | null>(null);
  const isAgreed = signal(false);
  const status = signal("");
  const isSaving = signal(false);
  const current = computed<PresenceMode>(() => settings.value.presence?.mode ?? "off");
  const wanted = computed(() => chosen.value ?? current.value);
  const needsTerms = computed(() => wanted.value === "on" && settings.value.termsAccepted !== true);

  return {
    settings,
    /** The mode that counts now. */
    current,
    /** The mode that is chosen, and not yet saved. */
    wanted,
    /** Whether the terms must be accepted for it. */
    needsTerms,
    /** Whether the terms were accepted on the page; the dialog asks again. */
    isAgreed,
    status,
    isSaving,
    isReady: computed(
      () => wanted.value !== current.value && (!needsTerms.value || isAgreed.value),
    ),

    choose(mode: PresenceMode): void {
      batch(() => {
        chosen.value = mode;
        isAgreed.value = false;
        status.value = "";
      });
    },

    async save(): Promise<void> {
      const mode = wanted.peek();
      isSaving.value = true;
      try {
        await saveSettings(api, settings, {
          ...(needsTerms.peek() && { termsAccepted: true }),
          presence: { mode },
        });
        batch(() => {
          chosen.value = null;
          isAgreed.value = false;
          status.value = `Saved. Presence is set to: ${modeTitle(mode)}.`;
        });
      } catch (failure) {
        status.value = await unsavedWords(failure, api, settings);
      } finally {
        isSaving.value = false;
      }
    },
  };
}
