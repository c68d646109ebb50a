/**
 * When a shard's last signal was, for an object that starts after its session was over.
 */
import { equal } from "node:assert/strict";
import type { Session } from "../../../core/session.ts";
import type { Store, Write } from "../../store.ts";
import { ACCOUNT, COLUMNS, keyOf, sessionOf, writeOf } from "../../suite/case.ts";
import type { FailingObjects } from "./failed-write.ts";

const AT = Date.UTC(2026, 0, 15, 12);
const ENDED = { ...COLUMNS, state: "ended", queue: "none" } as const;

const heard = (id: string, heardAt: number): Session => sessionOf(id, { heardAt });

const begun = (id: string, heardAt: number): Write =>
  writeOf(id, { session: heard(id, heardAt), deadlineAt: Date.now() + 3_600_000 });

/** Ends in a commit of its own. */
const over = (id: string, heardAt: number): Write =>
  writeOf(id, { session: heard(id, heardAt), columns: ENDED, expectedVersion: 1 });

/** As an object that starts finds it. */
async function lastSignalAt({ store, shard }: FailingObjects): Promise<number | null> {
  await shard.end().catch(() => {});
  return store.lastSignalAt(ACCOUNT);
}

async function begin(store: Store, ...writes: readonly Write[]): Promise<void> {
  for (const write of writes) await store.commit([write]);
}

export const LAST_SIGNAL_CASES = {
  async "is that of a session that is over"(objects: FailingObjects) {
    const { store, neighbour } = objects;
    await begin(store, begun(neighbour, AT), begun("a", AT + 1), over("a", AT + 2));
    equal(await lastSignalAt(objects), AT + 2);
  },

  async "is that of sessions that are over together"(objects: FailingObjects) {
    const { store, neighbour } = objects;
    await begin(store, begun("a", AT + 1), begun(neighbour, AT + 2));
    await store.commit([over("a", AT + 1), over(neighbour, AT + 3)]);
    equal(await lastSignalAt(objects), AT + 3);
  },

  async "is that of a session that was relied on and is over later"(objects: FailingObjects) {
    const { store, neighbour } = objects;
    await begin(store, begun("a", AT), begun(neighbour, AT + 1), over("a", AT));
    await store.commit([over(neighbour, AT + 1)]);
    equal(await lastSignalAt(objects), AT + 1);
  },

  async "is that of a session that was over before an object that is not the last"(
    objects: FailingObjects,
  ) {
    const { store, neighbour } = objects;
    await begin(store, begun("a", AT + 5), over("a", AT + 5));
    equal(await lastSignalAt(objects), AT + 5);
    await begin(store, begun(neighbour, AT + 1), over(neighbour, AT + 1));
    equal(await lastSignalAt(objects), AT + 5);
  },

  async "is that of a session that is over after one with a later signal was reset"(
    objects: FailingObjects,
  ) {
    const { store, neighbour } = objects;
    const reset = writeOf("a", { session: sessionOf("a", { heardAt: null }), expectedVersion: 1 });
    await begin(store, begun("a", AT + 2), begun(neighbour, AT + 1), reset);
    await begin(store, over(neighbour, AT + 1));
    equal(await lastSignalAt(objects), AT + 1);
  },

  async "is that of a session that was erased"(objects: FailingObjects) {
    const { store, neighbour } = objects;
    await begin(store, begun(neighbour, AT), begun("a", AT + 1));
    await store.erase(keyOf("a"));
    equal(await lastSignalAt(objects), AT + 1);
  },
} satisfies Record<string, (objects: FailingObjects) => Promise<void>>;
