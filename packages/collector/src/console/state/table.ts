import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { GROUPS, type Group } from "../model/group.ts";
import { createMatcher } from "../model/search.ts";
import type { SessionSignals } from "./sessions.ts";

/** How many rows a group shows at first, and how many more at a time: each is a few dozen elements, which a key in the search may add or remove. */
export const ROWS_AT_A_TIME = 50;

export type Table = ReturnType<typeof createTable>;

/** Which sessions the table shows: those of the chosen group that match the search. */
export function createTable(sessions: SessionSignals) {
  const chosen = signal<Group | null>(null);
  const typed = signal("");

  const found = Object.fromEntries(
    GROUPS.map(({ group }) => [group, computed(() => search(sessions.groups[group].value))]),
  ) as Record<Group, ReadonlySignal<readonly string[]>>;

  function search(ids: readonly string[]): readonly string[] {
    const words = typed.value.trim();
    if (words === "") return ids;
    const matches = createMatcher(words);
    return ids.filter((id) => {
      const row = sessions.find(id);
      return row !== undefined && matches(row.session.value);
    });
  }

  const limits = Object.fromEntries(
    GROUPS.map(({ group }) => [group, signal(ROWS_AT_A_TIME)]),
  ) as Record<Group, Signal<number>>;

  const isVisible = (group: Group) =>
    found[group].value.length > 0 && (chosen.value === null || chosen.value === group);

  return {
    /** The only group to show; `null` for all of them. */
    chosen,
    /** The text of the search. */
    typed,
    isVisible,
    /** The ids of a group's rows: the first of those that were found. */
    rowsOf: (group: Group) => found[group].value.slice(0, limits[group].value),
    /** How many more of a group were found than there are rows. */
    restOf: (group: Group) => Math.max(0, found[group].value.length - limits[group].value),
    showMore(group: Group): void {
      limits[group].value += ROWS_AT_A_TIME;
    },
    isEmpty: computed(() => !GROUPS.some(({ group }) => isVisible(group))),
  };
}
