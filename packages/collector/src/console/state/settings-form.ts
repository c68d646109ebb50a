import { batch, computed, type Signal, signal } from "@preact/signals";
import type { SettingName } from "../../core/settings-schema.ts";
import type { Api } from "../live/api.ts";
import { ApiProblem } from "../live/problem.ts";
import { effectWords } from "../model/setting-effect.ts";
import {
  type Change,
  changesOf,
  type Draft,
  differingSettings,
  patchOf,
  problemsOf,
  problemWords,
  type Raw,
} from "../model/setting-value.ts";
import { SETTING_WORDS } from "../model/setting-words.ts";
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
  /** What else changes, since it follows one of the changes; as the collector says. */
  const following = signal<readonly Change[]>([]);
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
    /** Settings that follow one of the changes, and change with it. */
    following,
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

    /** Takes the last message away, as where another page is opened. */
    forgetStatus(): void {
      status.value = "";
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
      batch(() => {
        effects.value = null;
        following.value = [];
      });
      let found: ReadonlyMap<string, string> = new Map();
      let others: readonly Change[] = [];
      try {
        const answer = await api.previewSettings(patchOf(wanted));
        found = new Map(answer.changes.map((each) => [each.setting, effectWords(each)]));
        others = answer.changes
          .filter(({ setting }) => !wanted.some(({ name }) => name === setting))
          .map(({ setting, from, to }) => ({ name: setting, from, to }));
      } catch {
        // It can be saved all the same.
      }
      if (changes.peek() !== wanted) return;
      batch(() => {
        effects.value = found;
        following.value = others;
      });
    },

    /** @returns whether it was saved */
    async save(): Promise<boolean> {
      const wanted = changes.peek();
      isSaving.value = true;
      try {
        const before = settings.peek();
        await saveSettings(api, settings, patchOf(wanted));
        const saved = differingSettings(before, settings.peek());
        batch(() => {
          draft.value = {};
          refused.value = new Map();
          status.value = savedWords(saved);
        });
        return true;
      } catch (failure) {
        const errors = failure instanceof ApiProblem ? failure.errors : [];
        const words = await unsavedWords(failure, api, settings);
        batch(() => {
          refused.value = new Map(
            errors.map(({ field, message }) => [field, problemWords(message)]),
          );
          status.value = words;
        });
        return false;
      } finally {
        isSaving.value = false;
      }
    },
  };
}

function savedWords(names: readonly SettingName[]): string {
  const labels = names.map((name) => `“${SETTING_WORDS[name].label}”`).join(", ");
  return `${names.length === 1 ? "1 change" : `${names.length} changes`} saved: ${labels}.`;
}

function without(map: ReadonlyMap<string, string>, name: string): ReadonlyMap<string, string> {
  return new Map([...map].filter(([key]) => key !== name));
}
