import { describe, expect, it, vi } from "vitest";
import type { SessionPage } from "../live/api.ts";
import { createSessionStore } from "../live/session-store.ts";
import { aSession } from "../testing/session.ts";
import { createConversations } from "./conversations.ts";

function start(...pages: SessionPage[]) {
  const store = createSessionStore();
  const left = [...pages];
  const findSessions = vi.fn(
    async (_query: URLSearchParams, _signal: AbortSignal): Promise<SessionPage> =>
      left.shift() ?? { sessions: [], cursor: null },
  );
  const storage = { getItem: () => null, setItem: vi.fn() };
  const list = createConversations({ findSessions }, store, () => storage);
  const ids = () => list.rows.value.map((row) => row.value.id);
  const asked = () => findSessions.mock.calls.map(([query]) => query.toString());
  return { store, findSessions, storage, list, ids, asked };
}

const read = (status: "read" | "more", list: ReturnType<typeof start>["list"]) =>
  vi.waitFor(() => expect(list.status.value).toBe(status));

describe("conversations", () => {
  it("reads all pages of what the address asks for", async () => {
    const { list, ids, findSessions } = start(
      { sessions: [aSession({ id: "a" })], cursor: "next" },
      { sessions: [aSession({ id: "b" })], cursor: null },
    );
    list.show("state=active");
    await read("read", list);
    expect(ids().toSorted()).toEqual(["a", "b"]);
    expect(findSessions.mock.calls[1]?.[0].get("cursor")).toBe("next");
    expect(findSessions.mock.calls[0]?.[0].get("state")).toBe("active");
  });

  it("sorts again without reading, if only the order changed", async () => {
    const sessions = ["b", "a"].map((id) => aSession({ id, user: id }));
    const { list, ids, asked } = start({ sessions, cursor: null });
    list.show("sort=visitor");
    await read("read", list);
    expect(ids()).toEqual(["b", "a"]);
    list.show("sort=visitor&order=up");
    expect(ids()).toEqual(["a", "b"]);
    expect(asked()).toHaveLength(1);
  });

  it("leaves a row where it is, and shows what became of its session", async () => {
    const { list, store } = start({ sessions: [aSession({ id: "a" })], cursor: null });
    list.show("");
    await read("read", list);
    store.put([aSession({ id: "a", seq: 9, state: "ended" })], true);
    expect(list.rows.value[0]?.value.state).toBe("ended");
  });

  it("drops the answers of a filter that was left", async () => {
    const { list, ids, findSessions } = start();
    let answer: (page: SessionPage) => void = () => {};
    findSessions.mockImplementationOnce(
      (_, signal) =>
        new Promise((resolve, reject) => {
          answer = resolve;
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
    );
    findSessions.mockResolvedValueOnce({ sessions: [aSession({ id: "b" })], cursor: null });
    list.show("q=a");
    list.show("q=b");
    await read("read", list);
    answer({ sessions: [aSession({ id: "a" })], cursor: null });
    expect(ids()).toEqual(["b"]);
    expect(list.problem.value).toBe("");
  });

  it("reads again once the page was left, also while it was read", async () => {
    const { list, ids, findSessions, asked } = start();
    let answer: (page: SessionPage) => void = () => {};
    const left = new Promise<SessionPage>((resolve) => {
      answer = resolve;
    });
    findSessions.mockReturnValueOnce(left);
    findSessions.mockResolvedValueOnce({ sessions: [aSession({ id: "b" })], cursor: null });
    list.show("q=a");
    list.forget();
    answer({ sessions: [aSession({ id: "a" })], cursor: null });
    await left;
    await Promise.resolve();
    expect(list.status.value).toBe("unread");
    list.show("q=a");
    await read("read", list);
    expect(ids()).toEqual(["b"]);
    expect(asked()).toHaveLength(2);
    list.forget();
    list.show("q=a");
    expect(asked()).toHaveLength(3);
  });

  it("says why it could not read", async () => {
    const { list, findSessions } = start();
    findSessions.mockRejectedValueOnce(new Error("no"));
    list.show("");
    await vi.waitFor(() => expect(list.problem.value).not.toBe(""));
  });

  it("keeps a view under its name once", async () => {
    const { list, storage } = start();
    list.show("tag=vip");
    list.saveView("VIPs");
    list.show("tag=gold");
    list.saveView("VIPs");
    expect(list.views.value).toEqual([{ name: "VIPs", address: "tag=gold" }]);
    expect(storage.setItem).toHaveBeenCalledTimes(2);
    list.removeView("VIPs");
    expect(list.views.value).toEqual([]);
  });
});
