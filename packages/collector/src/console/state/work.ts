import { type Signal, signal } from "@preact/signals";
import { failureWords } from "../live/problem.ts";

export interface Work {
  /** How the last task ended; empty while there is nothing to say. */
  readonly status: Signal<string>;
  readonly isBusy: Signal<boolean>;
  /** Runs a task, whose words become the status. @returns whether it succeeded */
  run(task: () => Promise<string>): Promise<boolean>;
}

/** Requests of a page, with how they ended. */
export function createWork(): Work {
  const status = signal("");
  const isBusy = signal(false);
  return {
    status,
    isBusy,
    async run(task) {
      isBusy.value = true;
      try {
        status.value = await task();
        return true;
      } catch (failure) {
        status.value = failureWords(failure);
        return false;
      } finally {
        isBusy.value = false;
      }
    },
  };
}

/** A list that a page shows, with the requests that change it. */
export interface ListWork<Item> extends Work {
  /** `null` before it was read. */
  readonly list: Signal<readonly Item[] | null>;
  /** Reads the list, within a task. */
  reload(): Promise<void>;
  /** Reads the list as a task of its own. */
  read(): Promise<boolean>;
}

export function createListWork<Item>(load: () => Promise<readonly Item[]>): ListWork<Item> {
  const work = createWork();
  const list = signal<readonly Item[] | null>(null);
  const reload = async () => {
    list.value = await load();
  };
  return {
    ...work,
    list,
    reload,
    read: () =>
      work.run(async () => {
        await reload();
        return "";
      }),
  };
}
