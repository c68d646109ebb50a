import { type ReadonlySignal, signal } from "@preact/signals";
import type { Transition } from "../model/transition.ts";

export interface History {
  /** Newest first. */
  readonly entries: ReadonlySignal<readonly Transition[]>;
  readonly status: ReadonlySignal<"reading" | "read" | "failed">;
  /** Why it could not be read. */
  readonly problem: ReadonlySignal<string>;
  clear(): void;
  add(transitions: readonly Transition[]): void;
  /** @param why in a sentence */
  fail(why: string): void;
}

/** A session's history. The stream may deliver new entries before older ones are read. */
export function createHistory(): History {
  const entries = signal<readonly Transition[]>([]);
  const status = signal<"reading" | "read" | "failed">("reading");
  const problem = signal("");
  return {
    entries,
    status,
    problem,
    clear() {
      entries.value = [];
      status.value = "reading";
    },
    add(transitions) {
      const known = new Set(entries.peek().map(({ seq }) => seq));
      const missing = transitions.filter(({ seq }) => !known.has(seq));
      status.value = "read";
      if (missing.length === 0) return;
      entries.value = [...entries.peek(), ...missing].sort((a, b) => b.seq - a.seq);
    },
    fail(why) {
      problem.value = why;
      status.value = "failed";
    },
  };
}
