// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createSessionStore } from "../live/session-store.ts";
import type { Queued } from "../model/session.ts";
import { aSession, aTransition } from "../testing/session.ts";
import { startQueueList } from "./queue-list.ts";

beforeEach(() => {
  document.body.innerHTML = `<ol id="queue"></ol>`;
  HTMLElement.prototype.animate = vi.fn();
});

const list = () => document.getElementById("queue") as HTMLElement;
const ids = () => [...list().children].map((item) => item.getAttribute("data-queued"));
const positions = () => [...list().children].map((item) => item.firstElementChild?.textContent);
const entry = (session: string, position: number): Queued => {
  const { ticket } = aSession();
  return { session, position, queuedAt: "2026-01-01T10:00:00.000Z", presence: "online", ticket };
};

describe("startQueueList", () => {
  it("keeps the order of the collector", () => {
    const show = startQueueList(list(), "queued", createSessionStore(), vi.fn());
    expect(show([entry("b", 1), entry("a", 2)])).toBe(2);
    show([entry("c", 1), entry("b", 2), entry("a", 3)]);
    expect(ids()).toEqual(["c", "b", "a"]);
    expect(positions()).toEqual(["1", "2", "3"]);
  });

  it("removes a session that left the queue immediately, and moves the others up", () => {
    const store = createSessionStore();
    store.put([aSession(), aSession({ id: "conv_2" })]);
    const show = startQueueList(list(), "queued", store, vi.fn());
    show([entry("conv_1", 1), entry("conv_2", 2)]);
    store.apply(aTransition());
    expect(ids()).toEqual(["conv_2"]);
    expect(positions()).toEqual(["1"]);
  });
});
