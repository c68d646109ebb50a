import type { Conversation } from "./conversations.ts";
import type { Desk } from "./desk.ts";

export type Reports = ReturnType<typeof createReports>;

/**
 * What the collector is still to be told, conversation by conversation, in the order it happened.
 * A visitor never waits for it: while the collector is away, reports wait here and are retried.
 */
export function createReports(desk: Desk) {
  const last = new Map<string, Promise<void>>();
  const introduced = new Set<string>();

  function enqueue(id: string, report: () => Promise<void>): Promise<void> {
    const done = (last.get(id) ?? Promise.resolve()).then(report).catch((error: unknown) => {
      console.error(`shop: not reported: ${error instanceof Error ? error.message : error}`);
    });
    last.set(id, done);
    done.then(() => {
      if (last.get(id) === done) last.delete(id);
    });
    return done;
  }

  return {
    wrote({ id, user }: Conversation, at: Date): Promise<void> {
      return enqueue(id, async () => {
        if (!introduced.has(id)) await desk.introduce(id, user);
        introduced.add(id);
        await desk.visitorWrote(id, at);
      });
    },

    ended({ id }: Conversation, at: Date): Promise<void> {
      return enqueue(id, () => desk.visitorEnded(id, at)).finally(() => introduced.delete(id));
    },
  };
}
