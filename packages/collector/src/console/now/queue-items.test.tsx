// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest";
import { createSessionStore } from "../live/session-store.ts";
import type { Queued } from "../model/session.ts";
import { createQueueList } from "../state/queue.ts";
import { createSessionSignals } from "../state/sessions.ts";
import { doing, part, show } from "../testing/render.ts";
import { aSession, aTransition } from "../testing/session.ts";
import { QueueItems } from "./queue-items.tsx";

async function start() {
  const store = createSessionStore();
  const list = createQueueList("queued", store);
  const sessions = createSessionSignals(store);
  await show(<QueueItems id="queue" list={list} sessions={sessions} onOpen={vi.fn()} />);
  return { store, list };
}

const items = () => [...part("queue").children];
const ids = () => items().map((item) => item.getAttribute("data-queued"));
const positions = () => items().map((item) => item.firstElementChild?.textContent);
const entry = (session: string, position: number): Queued => {
  const { ticket } = aSession();
  return { session, position, queuedAt: "2026-01-01T10:00:00.000Z", presence: "online", ticket };
};

describe("QueueItems", () => {
  it("keeps the order of the collector", async () => {
    const { list } = await start();
    await doing(() => list.show([entry("b", 1), entry("a", 2)]));
    await doing(() => list.show([entry("c", 1), entry("b", 2), entry("a", 3)]));
    expect(ids()).toEqual(["c", "b", "a"]);
    expect(positions()).toEqual(["1", "2", "3"]);
  });

  it("highlights what is new, and not what was there when the list was read first", async () => {
    const animate = vi.fn();
    HTMLElement.prototype.animate = animate;
    const { list } = await start();
    await doing(() => list.show([entry("b", 1)]));
    expect(animate).not.toHaveBeenCalled();
    await doing(() => list.show([entry("b", 1), entry("a", 2)]));
    expect(animate.mock.contexts).toEqual([items()[1]]);
  });

  it("removes a session that left the queue immediately, and moves the others up", async () => {
    const { store, list } = await start();
    await doing(() => {
      store.put([aSession(), aSession({ id: "conv_2" })]);
      list.show([entry("conv_1", 1), entry("conv_2", 2)]);
    });
    await doing(() => store.apply(aTransition()));
    expect(ids()).toEqual(["conv_2"]);
    expect(positions()).toEqual(["1"]);
  });

  it("shows the name of a session once that is loaded", async () => {
    const { store, list } = await start();
    await doing(() => list.show([entry("conv_1", 1)]));
    expect(part("queue").textContent).toContain("conv_1");
    await doing(() => store.put([aSession({ user: "maria" })]));
    expect(part("queue").textContent).toContain("maria");
  });

  it("says that more wait than it shows, and where they are", async () => {
    const { list } = await start();
    const queue = Array.from({ length: 101 }, (_, index) => entry(`s${index}`, index + 1));
    await doing(() => list.show(queue.slice(1)));
    expect(part("queue-rest").hidden).toBe(true);
    await doing(() => list.show(queue));
    expect(part("queue-rest").hidden).toBe(false);
    expect(part("queue-rest").textContent).toContain("first 100 of at least 101");
  });
});
