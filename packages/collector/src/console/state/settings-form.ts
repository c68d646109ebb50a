import { batch, computed, type Signal, signal } from "@preact/signals";
import type { SettingName } from "../../core/settings-schema.ts";
import type { Api } from "../live/api.ts";
import { ApiProblem } from "../live/problem.ts";
import { effectWords } from "../model/setting-effect.ts";
import { changesOf, type Draft, patchOf, problemsOf, type Raw } from "../model/setting-value.ts";
import type { Settings } from "../model/settings.ts";
import { type SettingsApi, saveSettings, unsavedWords } from "./settings-save.ts";

export type SettingsForm = ReturnType<typeof createSettingsForm>;

/** Settings that are being changed. They are kept while another page is open. */
export function createSettingsForm(
  api: SettingsApi & Pick<Api, "previewSettings">,
  settings: Signal<Settings>,
) {
  const draft = signal<Draft>({});
  const refused = signal<ReadonlyMap<string, string>>(new Map());
  const status = signal("");
  const isSaving = signal(false);
  /** In words, by setting; `null` while it is not known. */
  const effects = signal<ReadonlyMap<string, string> | null>(null);
  const problems = computed(() => problemsOf(settings.value, draft.value));
  const changes = computed(() => changesOf(settings.value, draft.value));

  return {
    settings,
    draft,
    changes,
    /** What was saved last, or why it was refused. */
    status,
    isSaving,
    /** What each change would have meant lately; `null` while it is not known. */
    effects,
    /** Whether any value would be refused. */
    isWrong: computed(() => problems.value.size > 0),
    /** Why a value would be or was refused; `undefined` if it would not. */
    problemOf: (name: SettingName) => problems.value.get(name) ?? refused.value.get(name),

    set(name: SettingName, raw: Raw): void {
      batch(() => {
        draft.value = { ...draft.peek(), [name]: raw };
        if (refused.peek().has(name)) refused.value = without(refused.peek(), name);
        status.value = "";
      });
    },

    discard(): void {
      batch(() => {
        draft.value = {};
        refused.value = new Map();
        status.value = "";
      });
    },

    /** Computes what the changes would have meant, which changes nothing. */
    async preview(): Promise<void> {
      const wanted = changes.peek();
      effects.value = null;
      let found: ReadonlyMap<string, string> = new Map();
      try {
        const answer = await api.previewSettings(patchOf(wanted));
        found = new Map(answer.changes.map((each) => [each.setting, effectWords(each)]));
      } catch {
        // It can be saved all the same.
      }
      if (changes.peek() === wanted) effects.value = found;
    },

    /** @returns whether it was saved */
    async save(): Promise<boolean> {
      const wanted = changes.peek();
      isSaving.value = true;
      try {
        await saveSettings(api, settings, patchOf(wanted));
        batch(() => {
          draft.value = {};
          refused.value = new Map();
          status.value =
            wanted.length === 1 ? "1 change saved." : `${wanted.length} changes saved.`;
        });
        return true;
      } catch (failure) {
        const errors = failure instanceof ApiProblem ? failure.errors : [];
        const words = await unsavedWords(failure, api, settings);
        batch(() => {
          refused.value = new Map(errors.map(({ field, message }) => [field, message]));
          status.value = words;
        });
        return false;
      } finally {
        isSaving.value = false;
      }
    },
  };
}

function without(map: ReadonlyMap<string, string>, name: string): ReadonlyMap<string, string> {
  return new Map([...map].filter(([key]) => key !== name));
}
