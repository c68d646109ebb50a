import type { Conversation } from "./conversations.ts";
import type { Desk } from "./desk.ts";
import { Refused } from "./retry.ts";

export type Reports = ReturnType<typeof createReports>;

/** What became of a report: `over` means that the conversation had ended before it. */
export type Outcome = "told" | "over" | "refused";

/**
 * What the collector is still to be told, conversation by conversation, in the order it happened.
 * While the collector is away, reports wait here and are retried.
 */
export function createReports(desk: Desk) {
  const last = new Map<string, Promise<Outcome>>();
  const introduced = new Set<string>();

  function enqueue(id: string, report: () => Promise<Outcome>): Promise<Outcome> {
    const before = last.get(id) ?? Promise.resolve();
    const done = before.then(report).catch((error: unknown): Outcome => {
      console.error(`shop: not reported: ${error instanceof Error ? error.message : error}`);
      return "refused";
    });
    last.set(id, done);
    done.then(() => {
      if (last.get(id) === done) last.delete(id);
    });
    return done;
  }

  async function tell({ id, user }: Conversation, at: Date): Promise<Outcome> {
    if (!introduced.has(id)) await desk.introduce(id, user);
    introduced.add(id);
    const { isOver } = await desk.visitorWrote(id, at);
    return isOver ? "over" : "told";
  }

  return {
    wrote(conversation: Conversation, at: Date): Promise<Outcome> {
      return enqueue(conversation.id, async () => {
        try {
          return await tell(conversation, at);
        } catch (error) {
          // Erased there, or the collector's store is a new one: introduce it once more.
          if (!(error instanceof Refused && error.status === 404)) throw error;
          introduced.delete(conversation.id);
          return await tell(conversation, at);
        }
      });
    },

    ended({ id }: Conversation, at: Date): Promise<Outcome> {
      return enqueue(id, async () => {
        await desk.visitorEnded(id, at);
        introduced.delete(id);
        return "told";
      });
    },
  };
}
