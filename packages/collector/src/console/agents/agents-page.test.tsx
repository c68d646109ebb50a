// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest";
import type { Role } from "../../core/lists.ts";
import type { SessionPage } from "../live/api.ts";
import { createSessionStore } from "../live/session-store.ts";
import type { Agent } from "../model/agent.ts";
import { createAgents } from "../state/agents.ts";
import { doing, show } from "../testing/render.ts";
import { aSession } from "../testing/session.ts";
import { OwnRole } from "../ui/own-role.tsx";
import { AgentsPage } from "./agents-page.tsx";
import { WaitingGroups } from "./waiting-groups.tsx";

const anAgent = (id: string, capacity: number | null, held: number): Agent => ({
  id,
  capacity,
  held,
  sessions: [],
});

/** The page of two agents, of whom Ben has more places free, and one who waits. */
async function start(role: Role = "admin") {
  const list = [anAgent("ana", 4, 3), anAgent("ben", 4, 1)];
  const api = {
    agents: vi.fn(async () => ({ agents: list.map((agent) => ({ ...agent })), cursor: null })),
    putAgent: vi.fn(async (id: string, capacity: number) => {
      const agent = list.find((each) => each.id === id) as Agent;
      agent.capacity = capacity;
      return agent;
    }),
    findSessions: async (query: URLSearchParams): Promise<SessionPage> => ({
      sessions: query.get("queue") === "queued" ? [aSession()] : [],
      cursor: null,
    }),
    postEvent: vi.fn(async () => aSession({ seq: 3, queue: "none", assignee: "ana" })),
  };
  const agents = createAgents(api, createSessionStore());
  await show(
    <OwnRole.Provider value={role}>
      <AgentsPage agents={agents} onOpen={() => {}} />
    </OwnRole.Provider>,
  );
  await vi.waitFor(() => find("[data-waiting]"));
  await vi.waitFor(() => expect(agents.isBusy.value).toBe(false));
  await doing(() => {});
  return { agents, api };
}

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
    expect(api.postEvent).toHaveBeenCalledExactlyOnceWith("conv_1", {
      type: "assigned",
      agent: "ana",
    });
  });

  it("leaves the focus where it is when a capacity was set, and shows what is set later", async () => {
    const { agents, api } = await start();
    const input = capacity();
    input.focus();
    input.value = "9";
    await doing(() => input.dispatchEvent(new Event("input")));
    await submit(input);
    await vi.waitFor(() => expect(agents.status.value).toBe("ana can now hold 9."));
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
});
