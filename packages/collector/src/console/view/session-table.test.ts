// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createRoster } from "../live/roster.ts";
import { aSession, aShadow, aTransition } from "../testing/session.ts";
import { startSessionTable } from "./session-table.ts";

beforeEach(() => {
  document.body.innerHTML = `<table id="sessions"></table><p id="nothing-found" hidden></p>`;
  HTMLElement.prototype.animate = vi.fn();
});

function start() {
  const roster = createRoster();
  const open = vi.fn();
  return { roster, open, table: startSessionTable(roster, open) };
}

const row = (id: string) => document.querySelector<HTMLElement>(`[data-session="${id}"]`);
const idsIn = (group: string) =>
  [...document.querySelectorAll(`[data-group="${group}"] [data-session]`)].map((found) =>
    found.getAttribute("data-session"),
  );

describe("startSessionTable", () => {
  it("shows each session in its group, who waits longest first", () => {
    const { roster } = start();
    roster.put([
      aSession({ id: "b", queuedAt: "2026-01-01T10:02:00.000Z" }),
      aSession({ id: "a", queuedAt: "2026-01-01T10:01:00.000Z" }),
      aSession({ id: "c", assignee: "ana" }),
    ]);
    expect(idsIn("waiting")).toEqual(["a", "b"]);
    expect(idsIn("agent")).toEqual(["c"]);
  });

  it("turns a row in place when a transition comes, and lights it up", () => {
    const { roster } = start();
    roster.put([aSession()]);
    const before = row("conv_1");
    expect(before?.animate).not.toHaveBeenCalled();
    roster.apply(aTransition());
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

  it("shows one group, or what is searched for, or says that nothing is found", () => {
    const { roster, table } = start();
    roster.put([aSession({ id: "a", user: "maria" }), aSession({ id: "b", assignee: "ana" })]);
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

  it("shows in a trial run how it would be, and forgets it when that ends", () => {
    const { roster } = start();
    const watched = aSession({ presence: "ignored" });
    roster.put([{ ...watched, shadow: aShadow() }]);
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
    roster.put([watched]);
    expect(shown?.hasAttribute("data-shadow-state")).toBe(false);
    expect(shown?.querySelector<HTMLElement>(".would-be")?.hidden).toBe(true);
    expect(shown?.querySelector(".presence")?.getAttribute("data-is")).toBe("ignored");
    expect(shown?.querySelector("small")?.hidden).toBe(true);
  });

  it("takes out what was erased", () => {
    const { roster } = start();
    roster.put([aSession()]);
    roster.remove(["conv_1"]);
    expect(row("conv_1")).toBeNull();
  });

  it("opens the details by a click anywhere in the row, once", () => {
    const { roster, open } = start();
    roster.put([aSession()]);
    row("conv_1")?.querySelector("button")?.click();
    expect(open).toHaveBeenCalledExactlyOnceWith("conv_1");
  });
});
