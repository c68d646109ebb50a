import { batch, type Signal, signal } from "@preact/signals";
import { failureWords } from "../live/problem.ts";
import { createReadings } from "../live/readings.ts";

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
  const tasks = createReadings();
  let running = 0;

  function end(words: string, isLast: boolean): void {
    running -= 1;
    batch(() => {
      // A task that has nothing to say takes no words away that another one has said since.
      if (words !== "" || isLast) status.value = words;
      isBusy.value = running > 0;
    });
  }

  return {
    status,
    isBusy,
    async run(task) {
      const isLast = tasks.begin();
      running += 1;
      isBusy.value = true;
      try {
        end(await task(), isLast());
        return true;
      } catch (failure) {
        end(failureWords(failure), isLast());
        return false;
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
  /** Runs a task that changes what is listed, and reads the list after it. It succeeds also where that reading fails. */
  change(task: () => Promise<string>): Promise<boolean>;
}

/**
 * Of readings that overlap, the one that began last counts.
 * @param take shows what was loaded; returns the list
 */
export function createListWork<Found, Item>(
  load: () => Promise<Found>,
  take: (found: Found) => readonly Item[],
): ListWork<Item> {
  const work = createWork();
  const list = signal<readonly Item[] | null>(null);
  const readings = createReadings();
  const reload = async () => {
    const isLast = readings.begin();
    const found = await load();
    if (!isLast()) return;
    batch(() => {
      list.value = take(found);
    });
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
    change: (task) =>
      work.run(async () => {
        const words = await task();
        const isRead = await reload().then(
          () => true,
          () => false,
        );
        return isRead ? words : `${words} This list could not be read after that, and may be old.`;
      }),
  };
}
