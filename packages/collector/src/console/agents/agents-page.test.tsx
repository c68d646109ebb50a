// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest";
import type { Role } from "../../core/lists.ts";
import type { SessionPage } from "../live/api.ts";
import { createSessionStore } from "../live/session-store.ts";
import type { Agent } from "../model/agent.ts";
import type { Session } from "../model/session.ts";
import { createAgents } from "../state/agents.ts";
import { doing, show } from "../testing/render.ts";
import { aSession } from "../testing/session.ts";
import { OwnRole } from "../ui/own-role.tsx";
import { AgentsPage } from "./agents-page.tsx";
import { WaitingGroups } from "./waiting-groups.tsx";

/** The page of two agents, of whom Ben has more places free, and those who wait. */
async function start(role: Role = "admin", waiting: readonly Session[] = [aSession()]) {
  const capacities = new Map([
    ["ana", 4],
    ["ben", 4],
  ]);
  const places = new Map([
    ["ana", 3],
    ["ben", 1],
  ]);
  const sessions = new Map(waiting.map((session) => [session.id, session]));
  const agentOf = (id: string): Agent => {
    const own = [...sessions.values()].filter(({ assignee }) => assignee === id);
    const held = (places.get(id) ?? 0) + own.length;
    return { id, capacity: capacities.get(id) ?? null, held, sessions: own.map((each) => each.id) };
  };
  const api = {
    agents: vi.fn(async () => ({ agents: ["ana", "ben"].map(agentOf), cursor: null })),
    putAgent: vi.fn(async (id: string, capacity: number) => {
      capacities.set(id, capacity);
      return agentOf(id);
    }),
    findSessions: async (query: URLSearchParams): Promise<SessionPage> => {
      const found = [...sessions.values()].filter((session) =>
        (["queue", "assignee", "state"] as const).every(
          (name) => !query.has(name) || query.get(name) === session[name],
        ),
      );
      return { sessions: found, cursor: null };
    },
    putAssignee: vi.fn(async (id: string, { agent }: { agent: string | null }) => {
      const before = sessions.get(id) as Session;
      const queue = agent === null ? "queued" : "none";
      const after = { ...before, queue, assignee: agent, seq: before.seq + 1 } as const;
      sessions.set(id, after);
      return after;
    }),
  };
  const agents = createAgents(api, createSessionStore());
  const showPage = async () => {
    await show(
      <OwnRole.Provider value={role}>
        <AgentsPage agents={agents} onOpen={() => {}} />
      </OwnRole.Provider>,
    );
    await soon(() => find("[data-agent]"));
    await settled(agents);
  };
  await showPage();
  return { agents, api, showPage };
}

async function openHeld(agents: ReturnType<typeof createAgents>): Promise<void> {
  const details = find<HTMLDetailsElement>('[data-agent="ana"] .held');
  details.open = true;
  await doing(() => details.dispatchEvent(new Event("toggle")));
  await soon(() => find("[data-held]"));
  await settled(agents);
}

async function settled(agents: ReturnType<typeof createAgents>): Promise<void> {
  await soon(() => expect(agents.isBusy.value).toBe(false));
  await doing(() => {});
}

/** A busy machine takes longer than the default. */
const soon = (check: () => unknown) => vi.waitFor(check, { timeout: 15_000 });

function find<T extends HTMLElement>(selector: string): T {
  const found = document.querySelector<T>(selector);
  if (!found) throw new Error(`The page has no ${selector}`);
  return found;
}

const choice = () => find<HTMLSelectElement>("[data-waiting] select");
const capacity = () => find<HTMLInputElement>('[data-agent="ana"] [name="capacity"]');
const submit = (control: HTMLElement) =>
  doing(() => control.closest("form")?.dispatchEvent(new Event("submit", { cancelable: true })));

describe("AgentsPage", () => {
  it("offers a conversation to the agent with most places free, until another is chosen", async () => {
    const { api } = await start();
    expect(choice().value).toBe("ben");
    choice().value = "ana";
    await doing(() => choice().dispatchEvent(new Event("change")));
    await submit(choice());
    expect(api.putAssignee).toHaveBeenCalledExactlyOnceWith("conv_1", { agent: "ana", from: null });
  });

  it("goes on with the next one once one was assigned", async () => {
    const { agents } = await start("admin", [aSession(), aSession({ id: "conv_2", user: "u_2" })]);
    const [, second] = document.querySelectorAll("[data-waiting] .assign button");
    find("[data-waiting] .assign button").focus();
    await submit(choice());
    await settled(agents);
    await soon(() => expect(document.activeElement).toBe(second));
    expect(document.querySelectorAll("[data-waiting]")).toHaveLength(1);
  });

  it("releases a conversation, and gives it back by Ctrl and Z", async () => {
    const { agents, api } = await start("admin", [aSession({ assignee: "ana", queue: "none" })]);
    await openHeld(agents);
    await doing(() => find("[data-held] .assign").click());
    await soon(() => find("#whole-queue [data-waiting]"));
    await settled(agents);
    expect(document.querySelector("[data-held]")).toBeNull();
    expect(agents.status.value).toBe("ana does not have it any more.");
    const undo = new KeyboardEvent("keydown", { key: "z", ctrlKey: true, bubbles: true });
    await doing(() => document.body.dispatchEvent(undo));
    await soon(() => expect(agents.status.value).toBe("ana has it again."));
    expect(document.querySelector("[data-waiting]")).toBeNull();
    expect(document.querySelector("#agents-undo")).toBeNull();
    expect(api.putAssignee.mock.calls).toEqual([
      ["conv_1", { agent: null, from: "ana" }],
      ["conv_1", { agent: "ana", from: null, requeue: true }],
    ]);
  });

  it("reads an agent's conversations when their list is opened again on a page that was left", async () => {
    const ofAna = aSession({ assignee: "ana", queue: "none" });
    const { agents, api, showPage } = await start("admin", [ofAna, aSession({ id: "conv_2" })]);
    await openHeld(agents);
    expect(document.querySelectorAll("[data-held]")).toHaveLength(1);
    await showPage();
    await api.putAssignee("conv_2", { agent: "ana" });
    await openHeld(agents);
    expect(document.querySelectorAll("[data-held]")).toHaveLength(2);
  });

  it("says in which help desk a conversation is assigned, with a link where its address is known", async () => {
    const url = "https://chat.example/app/accounts/1/conversations/12";
    const assignment = { by: "elsewhere", desk: "support", url } as const;
    await start("admin", [aSession({ assignment })]);
    expect(find("[data-waiting] .assign").textContent).toBe("Assign it in support");
    expect(find("[data-waiting] .assign a").getAttribute("href")).toBe(url);
    expect(document.querySelector("[data-waiting] form")).toBeNull();
  });

  it("leaves the focus where it is when a capacity was set, and shows what is set later", async () => {
    const { agents, api } = await start();
    const input = capacity();
    input.focus();
    input.value = "9";
    await doing(() => input.dispatchEvent(new Event("input")));
    await submit(input);
    await soon(() => expect(agents.status.value).toBe("ana can now hold 9."));
    expect(document.activeElement).toBe(input);
    await doing(() => api.putAgent("ana", 7));
    await doing(agents.read);
    expect(capacity().value).toBe("7");
  });

  it("offers no change to a viewer", async () => {
    await start("viewer");
    expect(document.querySelector("form")).toBeNull();
  });

  it.each(["queued", "direct"] as const)(
    "leads from a list of those %s to the rest of them",
    async (standing) => {
      const { agents } = await start();
      await show(
        <WaitingGroups
          id="list"
          standing={standing}
          title="List"
          empty="Nobody"
          sessions={[aSession()]}
          isCut
          agents={agents}
          onOpen={() => {}}
        />,
      );
      expect(find("#list a").getAttribute("href")).toBe(`#/conversations?queue=${standing}`);
    },
  );

  it("renders of a queue of 2,000 only those in sight, and says how many there are", async () => {
    const { agents } = await start();
    const sessions = Array.from({ length: 2_000 }, (_, index) => aSession({ id: `conv_${index}` }));
    await show(
      <WaitingGroups
        id="list"
        standing="queued"
        title="List"
        empty="Nobody"
        sessions={sessions}
        isCut={false}
        agents={agents}
        onOpen={() => {}}
      />,
    );
    const rows = document.querySelectorAll("#list [data-waiting]");
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.length).toBeLessThan(100);
    expect(find("#list ol").style.height).toBe("128000px");
    expect(rows[3]?.getAttribute("aria-posinset")).toBe("4");
    expect(rows[3]?.getAttribute("aria-setsize")).toBe("2000");
  });
});
