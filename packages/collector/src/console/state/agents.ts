import { type ReadonlySignal, signal } from "@preact/signals";
import type { Api } from "../live/api.ts";
import type { SessionStore } from "../live/session-store.ts";
import type { Agent } from "../model/agent.ts";
import type { Session } from "../model/session.ts";
import { createListWork } from "./work.ts";

/** Entries of the queue that are read; the page says where there are more. */
export const MAX_QUEUED = 2_000;
const PAGE = 500;

type Standing = "queued" | "direct";

export type Agents = ReturnType<typeof createAgents>;

/** The agents with their places, and the whole queue that waits for them. */
export function createAgents(
  api: Pick<Api, "agents" | "putAgent" | "findSessions" | "postEvent">,
  store: SessionStore,
) {
  const queued = signal<readonly Session[]>([]);
  const direct = signal<readonly Session[]>([]);
  /** Left the store since the reading began, which may still find them. */
  const removed = new Set<string>();
  const work = createListWork<Agent>(async () => {
    removed.clear();
    const [agents, waiting, apart] = await Promise.all([
      readAgents(),
      readQueue("queued"),
      readQueue("direct"),
    ]);
    const now = (sessions: readonly Session[], standing: Standing) =>
      sessions
        .filter(({ id }) => !removed.has(id))
        .map(store.newest)
        .filter(({ queue }) => queue === standing);
    queued.value = now(waiting, "queued");
    direct.value = now(apart, "direct");
    return agents;
  });

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

  async function readQueue(standing: Standing): Promise<Session[]> {
    const sessions: Session[] = [];
    const query = new URLSearchParams({ queue: standing, limit: String(PAGE) });
    if (standing === "queued") query.set("sort", "waiting");
    let cursor: string | null = null;
    do {
      if (cursor !== null) query.set("cursor", cursor);
      const page = await api.findSessions(query, new AbortController().signal);
      sessions.push(...page.sessions);
      cursor = page.cursor;
    } while (cursor !== null && sessions.length < MAX_QUEUED);
    return sessions;
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

  return {
    ...work,
    /** In the order of the queue. */
    queued: queued as ReadonlySignal<readonly Session[]>,
    /** To be given straight to an agent. */
    direct: direct as ReadonlySignal<readonly Session[]>,

    setCapacity: (id: string, capacity: number) =>
      work.run(async () => {
        await api.putAgent(id, capacity);
        await work.reload();
        return `${id} can now hold ${capacity}.`;
      }),

    /** Gives a conversation that no help desk has to an agent. */
    assign: ({ id }: Session, agent: string) =>
      work.run(async () => {
        store.put([await api.postEvent(id, { type: "assigned", agent })], true);
        await work.reload();
        return `${agent} has it now.`;
      }),
  };
}
