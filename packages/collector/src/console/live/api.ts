import type { Insights } from "../model/insights.ts";
import type { Queued, Session, State, TicketStatus } from "../model/session.ts";
import type { Settings } from "../model/settings.ts";
import type { Track, Transition } from "../model/transition.ts";
import { setClockBy } from "./clock.ts";

/** The collector does not know the key, or it is not a secret one. */
export class WrongKey extends Error {}

export interface SessionPage {
  sessions: Session[];
  cursor: string | null;
}

export interface LogPage {
  transitions: Transition[];
  /** Where the next page begins; null: there is nothing yet. */
  cursor: string | null;
}

/** What a desk can report of a conversation, as far as this page does. */
export type DeskEvent =
  | { type: "assigned"; agent: string }
  | { type: "unassigned" }
  | { type: "ticket_updated"; status: TicketStatus }
  | { type: "session_ended"; by: "agent" };

export type Api = ReturnType<typeof createApi>;

/**
 * The collector's routes that this page reads.
 * @param base where the routes are, with a trailing slash
 */
export function createApi(base: URL, key: string) {
  async function open(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...init.headers, authorization: `Bearer ${key}` };
    const answer = await fetch(new URL(path, base), { ...init, headers, cache: "no-store" });
    setClockBy(answer);
    if (answer.status === 401 || answer.status === 403) throw new WrongKey();
    return answer;
  }

  async function read<T>(path: string): Promise<T> {
    const answer = await open(path);
    if (!answer.ok) throw new Error(`The collector answered ${answer.status} to ${path}`);
    return answer.json();
  }

  const sessionPath = (id: string) => `v1/sessions/${encodeURIComponent(id)}`;

  return {
    settings: () => read<Settings>("v1/settings"),

    sessions(state: State, cursor: string | null) {
      const query = new URLSearchParams({ state, limit: "100", ...(cursor && { cursor }) });
      return read<SessionPage>(`v1/sessions?${query}`);
    },

    /** Null: it was erased. */
    async session(id: string): Promise<Session | null> {
      const answer = await open(sessionPath(id));
      if (answer.status === 404) return null;
      if (!answer.ok) throw new Error(`The collector answered ${answer.status} for ${id}`);
      return answer.json();
    },

    /** The entries whose numbers come after `after`, oldest first. */
    history: (id: string, after: number, limit: number, track: Track = "live") =>
      read<{ transitions: Transition[] }>(
        `${sessionPath(id)}/transitions?limit=${limit}&cursor=${after}&track=${track}`,
      ),

    /**
     * The account's entries after a cursor or after the transition with that id, oldest first. Null:
     * what it was to follow on was erased.
     */
    async log(track: Track, after: string, limit: number): Promise<LogPage | null> {
      const query = new URLSearchParams({ track, after, limit: String(limit) });
      const answer = await open(`v1/transitions?${query}`);
      if (answer.status === 400) return null;
      if (!answer.ok) throw new Error(`The collector answered ${answer.status} for the log`);
      return answer.json();
    },

    insights: () => read<Insights>("v1/insights"),

    /** Tells what happened at the desk; answers how the session stands after it. */
    async tell(id: string, event: DeskEvent): Promise<Session> {
      const answer = await open(`${sessionPath(id)}/events`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ id: crypto.randomUUID(), ...event }),
      });
      if (!answer.ok) throw new Error(`The collector answered ${answer.status} for ${id}`);
      const { session } = (await answer.json()) as { session: Session };
      return session;
    },

    queue: () => read<{ queued: Queued[]; direct: Queued[] }>("v1/queue"),

    stream: (lastEventId: string | null, signal: AbortSignal) =>
      open("v1/stream", {
        signal,
        headers: {
          accept: "text/event-stream",
          ...(lastEventId && { "last-event-id": lastEventId }),
        },
      }),
  };
}
