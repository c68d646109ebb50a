import { batch, computed, signal } from "@preact/signals";
import { DEFAULT_GROUPS, type RecipeName, recipe } from "../../core/recipes.ts";
import type { Trigger } from "../../core/trigger.ts";
import type { TriggerPreview, TriggerRuns } from "../live/account-api.ts";
import type { Api } from "../live/api.ts";
import { ApiProblem, failureWords } from "../live/problem.ts";
import { changedTriggersWords } from "../model/meanwhile.ts";
import { freeName, NEW_CONDITION, newAction, triggerProblems } from "../model/trigger-edit.ts";

/** A trigger that is being edited, with a key that it keeps while it is renamed or moved. */
export interface Draft {
  readonly key: number;
  readonly trigger: Trigger;
}

export type TriggersForm = ReturnType<typeof createTriggersForm>;

/** The list of triggers while it is edited. It is saved as a whole. */
export function createTriggersForm(
  api: Pick<Api, "triggers" | "triggerRuns" | "saveTriggers" | "previewTriggers">,
) {
  /** As the collector has them; `null` until they are read. */
  const saved = signal<readonly Trigger[] | null>(null);
  const drafts = signal<readonly Draft[]>([]);
  const status = signal("");
  const isBusy = signal(false);
  /** For which conversations each would have run, by name; `null` until it was tried. */
  const preview = signal<TriggerPreview | null>(null);
  /** What each did lately. */
  const runs = signal<readonly TriggerRuns[]>([]);
  let lastKey = 0;

  const triggers = computed(() => drafts.value.map(({ trigger }) => trigger));
  const isChanged = computed(() => saved.value !== null && !isSame(saved.value, triggers.value));
  const problems = computed(() => triggerProblems(triggers.value));

  /** Triggers that were there before keep their keys, and so the focus and what is open of them. */
  function show(list: readonly Trigger[]): void {
    const isAsTried = isSame(list, triggers.peek());
    const keys = new Map(drafts.peek().map(({ key, trigger }) => [trigger.name, key]));
    batch(() => {
      saved.value = list;
      // A result that was left for one of its conversations is still there afterwards.
      if (!isAsTried) preview.value = null;
      drafts.value = list.map((trigger) => ({
        key: keys.get(trigger.name) ?? ++lastKey,
        trigger,
      }));
    });
  }

  async function readRuns(): Promise<void> {
    try {
      runs.value = (await api.triggerRuns()).triggers;
    } catch {
      // The list can be used without it.
    }
  }

  async function work(task: () => Promise<string>): Promise<void> {
    isBusy.value = true;
    try {
      status.value = await task();
    } catch (failure) {
      status.value = refusedTriggerWords(failure, triggers.peek()) ?? failureWords(failure);
    } finally {
      isBusy.value = false;
    }
  }

  async function tryList(): Promise<string> {
    const tried = await api.previewTriggers(triggers.peek());
    preview.value = tried;
    return `${triedWords(tried.examined)} Nothing was changed.`;
  }

  const edit = (next: readonly Draft[]) =>
    batch(() => {
      drafts.value = next;
      preview.value = null;
      status.value = "";
    });

  return {
    drafts,
    isLoaded: computed(() => saved.value !== null),
    isChanged,
    isBusy,
    status,
    problems,
    preview,
    runs,

    /** Tries the list on the last conversations, and runs nothing. */
    tryOut: () => work(tryList),

    /** Reads the list, unless it is being edited, and what its triggers did. */
    async read(): Promise<void> {
      const isRead = readRuns();
      if (!isChanged.peek()) {
        await work(async () => {
          show(await api.triggers());
          return "";
        });
      }
      await isRead;
    },

    /**
     * Appends a recipe and tries the list with it; it acts once the list is saved.
     * @param onAdded gets the key of its first trigger
     */
    addRecipe: (name: RecipeName, group: string, onAdded: (key: number) => void) =>
      work(async () => {
        const taken = new Set(triggers.peek().map((each) => each.name));
        const added = recipe(name, group || DEFAULT_GROUPS[name]).filter(
          (each) => !taken.has(each.name),
        );
        if (added.length === 0) return "It is in the list already.";
        const next = added.map((trigger) => ({ key: ++lastKey, trigger }));
        edit([...drafts.peek(), ...next]);
        if (next[0]) onAdded(next[0].key);
        if (problems.peek().size > 0) return "Added, not saved yet.";
        return `Added, not saved yet: it acts once you save. ${await tryList()}`;
      }),

    /** @returns the key of the new trigger */
    add(): number {
      lastKey += 1;
      const trigger: Trigger = {
        name: freeName(triggers.peek()),
        enabled: true,
        all: [NEW_CONDITION],
        any: [],
        actions: [newAction("add_tags")],
      };
      edit([...drafts.peek(), { key: lastKey, trigger }]);
      return lastKey;
    },

    change(key: number, change: Partial<Trigger>): void {
      edit(
        drafts
          .peek()
          .map((draft) =>
            draft.key === key ? { key, trigger: { ...draft.trigger, ...change } } : draft,
          ),
      );
    },

    remove: (key: number) => edit(drafts.peek().filter((draft) => draft.key !== key)),

    /** Moves a trigger one position up (-1) or down (1). */
    move(key: number, by: -1 | 1): void {
      const list = [...drafts.peek()];
      const from = list.findIndex((draft) => draft.key === key);
      const [moved, other] = [list[from], list[from + by]];
      if (!moved || !other) return;
      list[from] = other;
      list[from + by] = moved;
      edit(list);
      const position = from + by + 1;
      status.value = `${moved.trigger.name} is now ${position} of ${list.length}. Not saved yet.`;
    },

    /** Drops what was edited, and reads the list again. */
    discard: () =>
      work(async () => {
        show(await api.triggers());
        return "";
      }),

    /**
     * Saves the list. If someone else has changed it meanwhile, nothing is saved and the list stays as it is
     * here; saved once more, it replaces theirs.
     */
    save: () =>
      work(async () => {
        const before = saved.peek() ?? [];
        try {
          show(await api.saveTriggers(triggers.peek(), before));
        } catch (failure) {
          if (!(failure instanceof ApiProblem) || failure.code !== "changed_meanwhile")
            throw failure;
          const now = await api.triggers();
          saved.value = now;
          return `Nothing was saved: someone else has ${changedTriggersWords(before, now)}. Your list is still here. Discard it to see theirs, or save once more to replace it.`;
        }
        return triggers.peek().some(({ enabled }) => enabled)
          ? "Saved. From now on they run whenever a conversation changes."
          : "Saved. No trigger is on.";
      }),
  };
}

/** Which trigger was refused, and why; `null`: it was not refused for one of them. */
function refusedTriggerWords(failure: unknown, list: readonly Trigger[]): string | null {
  if (!(failure instanceof ApiProblem) || failure.code !== "invalid_triggers") return null;
  const [{ field, message } = { field: "", message: "" }] = failure.errors;
  const refused = list[Number(/^(\d+)\./.exec(field)?.[1])];
  return refused ? `“${refused.name}” ${message}` : null;
}

function triedWords(examined: number): string {
  if (examined === 0) return "There is no conversation of the last 7 days to try it on.";
  if (examined === 1) return "Tried on the only conversation of the last 7 days.";
  return `Tried on the last ${examined} conversations.`;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
