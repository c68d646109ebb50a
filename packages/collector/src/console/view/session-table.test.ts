// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createSessionStore } from "../live/session-store.ts";
import { aSession, aShadow, aTransition } from "../testing/session.ts";
import { startSessionTable } from "./session-table.ts";

beforeEach(() => {
  document.body.innerHTML = `<table id="sessions"></table><p id="nothing-found" hidden></p>`;
  HTMLElement.prototype.animate = vi.fn();
});

function start() {
  const store = createSessionStore();
  const open = vi.fn();
  return { store, open, table: startSessionTable(store, open) };
}

const row = (id: string) => document.querySelector<HTMLElement>(`[data-session="${id}"]`);
const idsIn = (group: string) =>
  [...document.querySelectorAll(`[data-group="${group}"] [data-session]`)].map((found) =>
    found.getAttribute("data-session"),
  );

describe("startSessionTable", () => {
  it("shows each session in its group, ordered by waiting time", () => {
    const { store } = start();
    store.put([
      aSession({ id: "b", queuedAt: "2026-01-01T10:02:00.000Z" }),
      aSession({ id: "a", queuedAt: "2026-01-01T10:01:00.000Z" }),
      aSession({ id: "c", assignee: "ana" }),
    ]);
    expect(idsIn("waiting")).toEqual(["a", "b"]);
    expect(idsIn("agent")).toEqual(["c"]);
  });

  it("updates and highlights the row of a transition", () => {
    const { store } = start();
    store.put([aSession()]);
    const before = row("conv_1");
    expect(before?.animate).not.toHaveBeenCalled();
    store.apply(aTransition());
    expect(row("conv_1")).toBe(before);
    expect(before?.animate).toHaveBeenCalledOnce();
    expect(before?.getAttribute("data-state")).toBe("inactive");
    expect(before?.getAttribute("data-reason")).toBe("user_offline");
    expect(before?.getAttribute("data-presence")).toBe("offline");
    expect(before?.getAttribute("data-queue")).toBe("none");
    expect(before?.textContent).toContain("Left the site");
    expect(idsIn("waiting")).toEqual([]);
    expect(idsIn("gone")).toEqual(["conv_1"]);
  });

  it("filters by group and by search, and states when nothing matches", () => {
    const { store, table } = start();
    store.put([aSession({ id: "a", user: "maria" }), aSession({ id: "b", assignee: "ana" })]);
    table.showGroup("agent");
    expect(row("a")?.closest("tbody")?.hidden).toBe(true);
    expect(row("b")?.closest("tbody")?.hidden).toBe(false);
    table.showGroup(null);
    table.search("maria");
    expect(row("a")?.hidden).toBe(false);
    expect(row("b")?.hidden).toBe(true);
    table.search("nobody of that name");
    expect(document.getElementById("nothing-found")?.hidden).toBe(false);
  });

  it("shows the shadow during a trial run, and hides it afterwards", () => {
    const { store } = start();
    const watched = aSession({ presence: "ignored" });
    store.put([{ ...watched, shadow: aShadow() }]);
    const shown = row("conv_1");
    expect(shown?.dataset).toMatchObject({
      state: "active",
      presence: "ignored",
      shadowState: "inactive",
      shadowReason: "user_offline",
      shadowPresence: "offline",
    });
    expect(shown?.querySelector(".would-be")?.textContent).toBe("Would be: Left the site");
    expect(shown?.querySelector(".there")?.textContent).toBe("would be Gone");
    store.put([watched]);
    expect(shown?.hasAttribute("data-shadow-state")).toBe(false);
    expect(shown?.querySelector<HTMLElement>(".would-be")?.hidden).toBe(true);
    expect(shown?.querySelector(".presence")?.getAttribute("data-is")).toBe("ignored");
    expect(shown?.querySelector("small")?.hidden).toBe(true);
  });

  it("removes erased sessions", () => {
    const { store } = start();
    store.put([aSession()]);
    store.remove(["conv_1"]);
    expect(row("conv_1")).toBeNull();
  });

  it("opens the details once for a click anywhere in the row", () => {
    const { store, open } = start();
    store.put([aSession()]);
    row("conv_1")?.querySelector("button")?.click();
    expect(open).toHaveBeenCalledExactlyOnceWith("conv_1");
  });
});
