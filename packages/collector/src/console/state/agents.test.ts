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
    putAssignee: () => Promise.reject(new Error("not used")),
  };
  const agents = createAgents(api, store);
  const ids = () => agents.queued.value.map(({ id }) => id);
  return { store, sessions, agents, ids, answer };
}

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
