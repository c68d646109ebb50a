import type { EndedBy, State, TicketStatus, Track } from "../../core/lists.ts";
import type { Insights } from "../model/insights.ts";
import type { OutcomeReport } from "../model/outcomes.ts";
import type { Report } from "../model/report.ts";
import type { Queued, Session } from "../model/session.ts";
import type { Settings } from "../model/settings.ts";
import type { Trace } from "../model/trace.ts";
import type { Transition } from "../model/transition.ts";
import { createAccountApi } from "./account-api.ts";
import { syncClock } from "./clock.ts";
import { createDesksApi } from "./desks-api.ts";
import { createPeopleApi } from "./people-api.ts";
import { problemIn, SignInEnded } from "./problem.ts";
import { ifUnchanged, remember } from "./revisions.ts";

export interface SessionPage {
  sessions: Session[];
  cursor: string | null;
}

export interface LogPage {
  transitions: Transition[];
  /** Where the next page begins; `null` while the log is empty. */
  cursor: string | null;
}

/** The events of a desk that this page can report. */
export type DeskEvent =
  | { type: "assigned"; agent: string }
  | { type: "unassigned" }
  | { type: "ticket_updated"; status: TicketStatus }
  | { type: "session_ended"; by: EndedBy };

export type Api = ReturnType<typeof createApi>;

/**
 * A client for the collector's routes, as the person of this browser's cookie.
 * @param base the URL of the routes, with a trailing slash
 * @param onRoleMissing is called when the person's role does not allow a request: it may be another one now
 */
export function createApi(base: URL, onRoleMissing: () => void = () => {}) {
  /** Sends a request of someone who may not be signed in. */
  async function ask(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(new URL(path, base), { ...init, cache: "no-store" });
    syncClock(response);
    return response;
  }

  async function open(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await ask(path, init);
    if (response.status === 401) throw new SignInEnded();
    return response;
  }

  async function send<T>(method: string, path: string, body?: unknown, base?: object): Promise<T> {
    const response = await open(path, {
      method,
      ...(body !== undefined && {
        headers: { "content-type": "application/json", ...ifUnchanged(base) },
        body: JSON.stringify(body),
      }),
    });
    return jsonIn(await accepted(response));
  }

  /**
   * The response, unless the collector refuses the request: every request goes through here, so that each refusal
   * keeps its sentence.
   */
  async function accepted(response: Response): Promise<Response> {
    if (response.ok) return response;
    const problem = await problemIn(response);
    if (problem.code === "role_missing") onRoleMissing();
    throw problem;
  }

  const jsonIn = async (response: Response) => remember(await response.json(), response);

  async function read<T>(path: string, init: RequestInit = {}): Promise<T> {
    return jsonIn(await accepted(await open(path, init)));
  }

  const sessionPath = (id: string) => `v1/sessions/${encodeURIComponent(id)}`;

  return {
    /** The URL of the routes, with a trailing slash. */
    base,
    ...createAccountApi(send),
    ...createDesksApi(send),
    ...createPeopleApi(send, ask),

    settings: () => read<Settings>("v1/settings"),

    sessions(state: State, cursor: string | null) {
      const query = new URLSearchParams({ state, limit: "100", ...(cursor && { cursor }) });
      return read<SessionPage>(`v1/sessions?${query}`);
    },

    /** A page of the sessions that a query finds. */
    findSessions: (query: URLSearchParams, signal: AbortSignal) =>
      read<SessionPage>(`v1/sessions?${query}`, { signal }),

    report: (query: URLSearchParams) => read<Report>(`v1/reports?${query}`),
    /** One table of a report. */
    async reportCsv(query: URLSearchParams): Promise<Blob> {
      const response = await open(`v1/reports?${query}`, { headers: { accept: "text/csv" } });
      return (await accepted(response)).blob();
    },

    /** `null` if the session was erased. */
    async session(id: string): Promise<Session | null> {
      const response = await open(sessionPath(id));
      if (response.status === 404) return null;
      return jsonIn(await accepted(response));
    },

    /** What happened to a session; `null` if it was erased. */
    async trace(id: string): Promise<Trace | null> {
      const response = await open(`${sessionPath(id)}/trace`);
      if (response.status === 404) return null;
      return jsonIn(await accepted(response));
    },

    /** A session's entries with numbers above `after`, oldest first. */
    history: (id: string, after: number, limit: number, track: Track = "live") =>
      read<{ transitions: Transition[] }>(
        `${sessionPath(id)}/transitions?limit=${limit}&cursor=${after}&track=${track}`,
      ),

    /**
     * The account's entries after a cursor or a transition id, oldest first; `null` if that
     * transition was erased or the store was restored.
     */
    async log(track: Track, after: string, limit: number): Promise<LogPage | null> {
      const query = new URLSearchParams({ track, after, limit: String(limit) });
      const response = await open(`v1/transitions?${query}`);
      if (response.status === 400 || response.status === 410) return null;
      return jsonIn(await accepted(response));
    },

    insights: () => read<Insights>("v1/insights"),
    /** What verdicts did in the last 7 days. */
    outcomes: () => read<OutcomeReport>("v1/insights/outcomes"),

    /** Reports an event of the desk; returns the session after it. */
    async postEvent(id: string, event: DeskEvent): Promise<Session> {
      const path = `${sessionPath(id)}/events`;
      const body = { id: crypto.randomUUID(), ...event };
      const { session } = await send<{ session: Session }>("POST", path, body);
      return session;
    },

    /** Gives a conversation to an agent, or takes it from its own; returns it after that. */
    putAssignee: (
      id: string,
      change: { agent: string | null; from: string | null; requeue?: boolean },
    ) => send<Session>("PUT", `${sessionPath(id)}/assignee`, change),

    /** The beginning of the queue: more than the lists show. */
    queue: () =>
      read<{ queued: Queued[]; direct: Queued[]; unheardSince: string | null }>(
        "v1/queue?limit=500",
      ),

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
