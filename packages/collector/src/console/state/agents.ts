import { type ReadonlySignal, signal } from "@preact/signals";
import type { Api } from "../live/api.ts";
import { readSessions } from "../live/session-pages.ts";
import type { SessionStore } from "../live/session-store.ts";
import type { Agent } from "../model/agent.ts";
import type { Session } from "../model/session.ts";
import { createHeld } from "./held.ts";
import { createListWork } from "./work.ts";

/** Entries of the queue that are read; the page says where there are more. */
export const MAX_QUEUED = 2_000;
const PAGE = 500;

/** An assignment or release that can be taken back. */
export interface Undoable {
  readonly id: string;
  /** Who had it before. */
  readonly agent: string | null;
  /** Who has it now. */
  readonly from: string | null;
  /** What the undo does. */
  readonly words: string;
  /** What is said once it is done. */
  readonly done: string;
}

type Standing = "queued" | "direct";

export type Agents = ReturnType<typeof createAgents>;

/** The agents with their places, and the whole queue that waits for them. */
export function createAgents(
  api: Pick<Api, "agents" | "putAgent" | "findSessions" | "putAssignee">,
  store: SessionStore,
) {
  const queued = signal<readonly Session[]>([]);
  const direct = signal<readonly Session[]>([]);
  /** Left the store since the last reading began, which may still find them. */
  const removed = new Set<string>();
  const held = createHeld(api, store);
  /** How the last assignment is taken back; `null`: there is none. */
  const undoable = signal<Undoable | null>(null);

  const work = createListWork(load, ([agents, waiting, apart]) => {
    const now = (sessions: readonly Session[], standing: Standing) =>
      sessions
        .filter(({ id }) => !removed.has(id))
        .map(store.newest)
        .filter(({ queue }) => queue === standing);
    queued.value = now(waiting, "queued");
    direct.value = now(apart, "direct");
    return agents;
  });

  function load() {
    removed.clear();
    return Promise.all([readAgents(), readQueue("queued"), readQueue("direct"), held.reload()]);
  }

  async function readAgents(): Promise<Agent[]> {
    const agents: Agent[] = [];
    let cursor: string | null = null;
    do {
      const page = await api.agents(cursor);
      agents.push(...page.agents);
      cursor = page.cursor;
    } while (cursor !== null);
    return agents;
  }

  async function readQueue(standing: Standing): Promise<readonly Session[]> {
    const filter = { queue: standing, limit: String(PAGE) };
    const sorted = { ...filter, ...(standing === "queued" && { sort: "waiting" }) };
    return (await readSessions(api, sorted, MAX_QUEUED)).sessions;
  }

  /** Those that left the queue leave the list, too; others come when it is read again. */
  store.listen((ids) => {
    const changed = new Set(ids);
    for (const id of changed) {
      if (store.get(id)) removed.delete(id);
      else removed.add(id);
    }
    for (const [standing, list] of [
      ["queued", queued],
      ["direct", direct],
    ] as const) {
      if (!list.peek().some(({ id }) => changed.has(id))) continue;
      list.value = list.peek().flatMap((session) => {
        const now = changed.has(session.id) ? store.get(session.id) : session;
        return now?.queue === standing ? [now] : [];
      });
    }
  });

  async function put(id: string, assignee: Parameters<Api["putAssignee"]>[1]): Promise<void> {
    store.put([await api.putAssignee(id, assignee)], true);
  }

  const change = (
    { id, assignee: from }: Session,
    agent: string | null,
    done: string,
    undo: Pick<Undoable, "words" | "done">,
  ) =>
    work.change(async () => {
      undoable.value = null;
      await put(id, { agent, from });
      undoable.value = { ...undo, id, agent: from, from: agent };
      return done;
    });

  return {
    ...work,
    /** In the order of the queue. */
    queued: queued as ReadonlySignal<readonly Session[]>,
    /** To be given straight to an agent. */
    direct: direct as ReadonlySignal<readonly Session[]>,

    setCapacity: (id: string, capacity: number) =>
      work.change(async () => {
        await api.putAgent(id, capacity);
        return `${id} can now hold ${capacity}.`;
      }),

    /** Gives a conversation to an agent, here or at its help desk. */
    assign: (session: Session, agent: string) =>
      change(session, agent, `${agent} has it now.`, {
        words: `Take it from ${agent} again`,
        done: "It is back at its place in the queue.",
      }),

    /** Takes a conversation from its agent; it may wait in the queue again. */
    release: (session: Session) =>
      change(session, null, `${session.assignee} does not have it any more.`, {
        words: `Give it back to ${session.assignee}`,
        done: `${session.assignee} has it again.`,
      }),

    /** Takes the last assignment or release back, unless someone else has changed it since. */
    undo: () =>
      work.change(async () => {
        const last = undoable.peek();
        if (!last) return "";
        undoable.value = null;
        const { id, agent, from } = last;
        await put(id, { agent, from, requeue: true });
        return last.done;
      }),
    undoable: undoable as ReadonlySignal<Undoable | null>,
    held: { lists: held.lists, close: held.close },
    /** Reads what an agent has now. */
    openHeld: (agent: string) =>
      work.run(async () => {
        await held.open(agent);
        return "";
      }),
  };
}
