import { expect, it } from "vitest";
import type { SessionPage } from "../live/api.ts";
import { createSessionStore } from "../live/session-store.ts";
import { aSession } from "../testing/session.ts";
import { createAgents } from "./agents.ts";

/** The queue of two, which is read at `answer`. */
function start() {
  const store = createSessionStore();
  const sessions = ["a", "b"].map((id) => aSession({ id }));
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const api = {
    agents: async () => ({ agents: [], cursor: null }),
    findSessions: async (query: URLSearchParams): Promise<SessionPage> => {
      await answered;
      return { sessions: query.get("queue") === "queued" ? sessions : [], cursor: null };
    },
    putAgent: () => Promise.reject(new Error("not used")),
    putAssignee: async (id: string, { agent }: { agent: string | null }) =>
      aSession({ id, seq: 9, assignee: agent, queue: agent === null ? "queued" : "none" }),
  };
  const agents = createAgents(api, store);
  const ids = () => agents.queued.value.map(({ id }) => id);
  /** From now on no reading of the agents succeeds. */
  const failReadings = () => {
    api.agents = () => Promise.reject(new TypeError("away"));
  };
  return { store, sessions, agents, ids, answer, failReadings };
}

it("reports an assignment, and takes it back, also where the agents cannot be read after it", async () => {
  const { agents, ids, answer, failReadings } = start();
  answer();
  await agents.read();
  failReadings();
  expect(await agents.assign(aSession({ id: "a" }), "ana")).toBe(true);
  expect(agents.status.value).toMatch(/^ana has it now\. This list could not be read after that/);
  expect(ids()).toEqual(["b"]);
  expect(agents.undoable.value).toMatchObject({ id: "a", agent: null, from: "ana" });
  expect(await agents.undo()).toBe(true);
  expect(agents.status.value).toMatch(
    /^It is back at its place in the queue\. This list could not/,
  );
});

it("leaves out of the queue who left it while it was read", async () => {
  const { store, sessions, agents, ids, answer } = start();
  store.put(sessions);
  const reading = agents.read();
  store.put([aSession({ id: "a", seq: 3, queue: "none", assignee: "ana" })], true);
  answer();
  await reading;
  expect(ids()).toEqual(["b"]);
});

it("leaves out of the queue who was erased while it was read", async () => {
  const { store, sessions, agents, ids, answer } = start();
  store.put(sessions);
  const reading = agents.read();
  store.remove(["b"]);
  answer();
  await reading;
  expect(ids()).toEqual(["a"]);
});

it("takes out of the queue who leaves it or is erased", async () => {
  const { store, sessions, agents, ids, answer } = start();
  store.put(sessions);
  answer();
  await agents.read();
  expect(ids()).toEqual(["a", "b"]);
  store.remove(["b"]);
  expect(ids()).toEqual(["a"]);
  store.put([aSession({ id: "a", seq: 3, queue: "none" })], true);
  expect(ids()).toEqual([]);
});
