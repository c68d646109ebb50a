import type { CollectorClient } from "./collector-client.ts";
import type { Conversation } from "./conversations.ts";
import { PermanentError } from "./retry.ts";

export type Reports = ReturnType<typeof createReports>;

/** The result of a report; `ended` if the session had ended before it. */
export type Outcome = "reported" | "ended" | "failed";

/**
 * A queue of reports to the collector for each conversation, in order. While the collector is
 * unreachable, reports wait here and are retried.
 */
export function createReports(client: CollectorClient) {
  const last = new Map<string, Promise<Outcome>>();
  const created = new Set<string>();

  function enqueue(id: string, report: () => Promise<Outcome>): Promise<Outcome> {
    const previous = last.get(id) ?? Promise.resolve();
    const done = previous.then(report).catch((error: unknown): Outcome => {
      console.error(`shop: not reported: ${error instanceof Error ? error.message : error}`);
      return "failed";
    });
    last.set(id, done);
    done.then(() => {
      if (last.get(id) === done) last.delete(id);
    });
    return done;
  }

  async function send({ id, user }: Conversation, at: Date): Promise<Outcome> {
    if (!created.has(id)) await client.createSession(id, user);
    created.add(id);
    const { isEnded } = await client.reportMessage(id, at);
    return isEnded ? "ended" : "reported";
  }

  return {
    wrote(conversation: Conversation, at: Date): Promise<Outcome> {
      return enqueue(conversation.id, async () => {
        try {
          return await send(conversation, at);
        } catch (error) {
          // The session was erased, or the collector has a new store: create the session again.
          if (!(error instanceof PermanentError && error.status === 404)) throw error;
          created.delete(conversation.id);
          return await send(conversation, at);
        }
      });
    },

    ended({ id }: Conversation, at: Date): Promise<Outcome> {
      return enqueue(id, async () => {
        await client.reportEnd(id, at);
        created.delete(id);
        return "reported";
      });
    },
  };
}
