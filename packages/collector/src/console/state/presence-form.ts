import { batch, computed, type Signal, signal } from "@preact/signals";
import type { PresenceMode } from "../../core/lists.ts";
import type { Api } from "../live/api.ts";
import type { ModeEffect } from "../model/mode-effect.ts";
import { modeTitle } from "../model/mode-words.ts";
import type { Settings } from "../model/settings.ts";
import { type SettingsApi, saveSettings, unsavedWords } from "./settings-save.ts";

export type PresenceForm = ReturnType<typeof createPresenceForm>;

/** Whether presence decides, while that is being changed. */
export function createPresenceForm(
  api: SettingsApi & Pick<Api, "previewSettings">,
  settings: Signal<Settings>,
) {
  const chosen = signal<PresenceMode | null>(null);
  const isAgreed = signal(false);
  const status = signal("");
  const isSaving = signal(false);
  const effect = signal<ModeEffect | "unread" | "failed">("unread");
  const current = computed<PresenceMode>(() => settings.value.presence?.mode ?? "off");
  const wanted = computed(() => chosen.value ?? current.value);
  const needsTerms = computed(() => wanted.value === "on" && settings.value.termsAccepted !== true);

  const patch = () => ({
    ...(needsTerms.peek() && { termsAccepted: true }),
    presence: { mode: wanted.peek() },
  });

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
    /** What the chosen mode would do now to those who are in the desk. */
    effect,
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

    /** Counts whom the chosen mode would affect now, which changes nothing. */
    async preview(): Promise<void> {
      const mode = wanted.peek();
      effect.value = "unread";
      const found = await api.previewSettings(patch()).then(
        ({ modeEffect }) => modeEffect ?? "failed",
        () => "failed" as const,
      );
      if (wanted.peek() === mode) effect.value = found;
    },

    async save(): Promise<void> {
      const mode = wanted.peek();
      isSaving.value = true;
      try {
        await saveSettings(api, settings, patch());
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
