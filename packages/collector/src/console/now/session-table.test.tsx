// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createSessionStore } from "../live/session-store.ts";
import { createSessionSignals } from "../state/sessions.ts";
import { createTable } from "../state/table.ts";
import { doing, part, show } from "../testing/render.ts";
import { aSession, aShadow, aTransition } from "../testing/session.ts";
import { Search } from "./search.tsx";
import { SessionTable } from "./session-table.tsx";
import { Summary } from "./summary.tsx";

beforeEach(() => {
  HTMLElement.prototype.animate = vi.fn();
});

async function start() {
  const store = createSessionStore();
  const open = vi.fn();
  const sessions = createSessionSignals(store);
  const table = createTable(sessions);
  await show(
    <>
      <Summary sessions={sessions} table={table} unread={[]} />
      <Search table={table} />
      <SessionTable
        sessions={sessions}
        table={table}
        hasMore={false}
        onMore={() => {}}
        onOpen={open}
      />
    </>,
  );
  return { store, open };
}

const row = (id: string) => document.querySelector<HTMLElement>(`[data-session="${id}"]`);
const section = (group: string) =>
  document.querySelector<HTMLElement>(`tbody[data-group="${group}"]`);
const idsIn = (group: string) =>
  [...(section(group)?.querySelectorAll("[data-session]") ?? [])].map((found) =>
    found.getAttribute("data-session"),
  );
const number = (group: string) =>
  document.querySelector<HTMLElement>(`#summary [data-group="${group}"]`);

async function type(text: string): Promise<void> {
  const search = part<HTMLInputElement>("search");
  search.value = text;
  await doing(() => search.dispatchEvent(new Event("input")));
}

describe("SessionTable", () => {
  it("shows the group that a ticket was moved to", async () => {
    const { store } = await start();
    const session = aSession({ id: "moved" });
    await doing(() => store.put([session]));
    expect(row("moved")?.querySelector<HTMLElement>(".ticket-group")?.hidden).toBe(true);
    const ticket = { ...session.ticket, group: "Mail team" };
    await doing(() => store.put([{ ...session, seq: session.seq + 1, ticket }]));
    expect(row("moved")?.querySelector(".ticket")?.textContent).toContain("Mail team");
  });

  it("shows no presence of a conversation that ended without being seen", async () => {
    const { store } = await start();
    const ended = { state: "ended", reason: "ended_by_agent", queue: "none" } as const;
    await doing(() =>
      store.put([
        aSession({ id: "unseen", ...ended, presence: "unknown" }),
        aSession({ id: "seen", ...ended, presence: "offline" }),
        aSession({ id: "waiting", presence: "unknown" }),
      ]),
    );
    const there = (id: string) => row(id)?.querySelector(".there [title]")?.textContent;
    expect(there("unseen")).toBe("–");
    expect(there("seen")).toContain("Gone");
    expect(there("waiting")).toContain("Not seen yet");
  });

  it("shows each session in its group, ordered by waiting time", async () => {
    const { store } = await start();
    await doing(() =>
      store.put([
        aSession({ id: "b", queuedAt: "2026-01-01T10:02:00.000Z" }),
        aSession({ id: "a", queuedAt: "2026-01-01T10:01:00.000Z" }),
        aSession({ id: "c", assignee: "ana" }),
      ]),
    );
    expect(idsIn("waiting")).toEqual(["a", "b"]);
    expect(idsIn("agent")).toEqual(["c"]);
    expect(number("waiting")?.textContent).toContain("2");
  });

  it("updates and highlights the row of a transition", async () => {
    const { store } = await start();
    await doing(() => store.put([aSession()]));
    expect(HTMLElement.prototype.animate).not.toHaveBeenCalled();
    await doing(() => store.apply(aTransition()));
    const after = row("conv_1");
    expect(HTMLElement.prototype.animate).toHaveBeenCalledOnce();
    expect(after?.dataset).toMatchObject({
      state: "inactive",
      reason: "user_offline",
      presence: "offline",
      queue: "none",
    });
    expect(after?.textContent).toContain("Left the site");
    expect(idsIn("waiting")).toEqual([]);
    expect(idsIn("gone")).toEqual(["conv_1"]);
  });

  it("highlights a change once, however often its group is hidden and shown again", async () => {
    const { store } = await start();
    await doing(() => store.put([aSession({ user: "maria" })]));
    await doing(() => store.apply(aTransition()));
    await type("nobody of that name");
    await type("");
    expect(HTMLElement.prototype.animate).toHaveBeenCalledOnce();
  });

  it("changes nothing but the row of a session whose group and position stay the same", async () => {
    const { store } = await start();
    const ids = Array.from({ length: 50 }, (_, index) => `conv_${index}`);
    await doing(() => store.put(ids.map((id) => aSession({ id }))));
    const changed = new Set<Node | null>();
    const observer = new MutationObserver((mutations) => {
      for (const { target } of mutations) {
        const parent = target instanceof Element ? target : target.parentElement;
        changed.add(parent?.closest("[data-session]") ?? null);
      }
    });
    const options = { subtree: true, attributes: true, characterData: true, childList: true };
    observer.observe(part("sessions"), options);
    await doing(() => {
      store.put([aSession({ id: "conv_7", presence: "unknown", seq: 3 })], true);
      return new Promise((done) => setTimeout(done));
    });
    observer.disconnect();
    expect(row("conv_7")?.dataset["presence"]).toBe("unknown");
    expect([...changed]).toEqual([row("conv_7")]);
  });

  it("shows the first 50 of a group and more on request, and searches all of them", async () => {
    const { store } = await start();
    const ids = Array.from({ length: 120 }, (_, index) => `conv_${1000 + index}`);
    await doing(() => store.put(ids.map((id) => aSession({ id }))));
    expect(idsIn("waiting")).toEqual(ids.slice(0, 50));
    const more = () => section("waiting")?.querySelector<HTMLElement>(".rest button");
    expect(more()?.textContent).toContain("70 left");
    await type("conv_1119");
    expect(idsIn("waiting")).toEqual(["conv_1119"]);
    await type("");
    await doing(() => more()?.click());
    await doing(() => more()?.click());
    expect(idsIn("waiting")).toEqual(ids);
    expect(more()).toBeNull();
  });

  it("filters by group and by search, and states when nothing matches", async () => {
    const { store } = await start();
    await doing(() =>
      store.put([aSession({ id: "a", user: "maria" }), aSession({ id: "b", assignee: "ana" })]),
    );
    await doing(() => number("agent")?.click());
    expect([section("waiting")?.hidden, section("agent")?.hidden]).toEqual([true, false]);
    expect(number("agent")?.getAttribute("aria-pressed")).toBe("true");
    await doing(() => part("show-all").click());
    expect([section("waiting")?.hidden, section("agent")?.hidden]).toEqual([false, false]);
    await type("maria");
    expect([idsIn("waiting"), idsIn("agent")]).toEqual([["a"], []]);
    await type("nobody of that name");
    expect(part("nothing-found").hidden).toBe(false);
    await type("");
    expect([idsIn("waiting"), idsIn("agent")]).toEqual([["a"], ["b"]]);
    expect(part("nothing-found").hidden).toBe(true);
  });

  it("shows the shadow during a trial run, and hides it afterwards", async () => {
    const { store } = await start();
    const watched = aSession({ presence: "ignored" });
    await doing(() => store.put([{ ...watched, shadow: aShadow() }]));
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
    await doing(() => store.put([watched]));
    expect(shown?.hasAttribute("data-shadow-state")).toBe(false);
    expect(shown?.querySelector<HTMLElement>(".would-be")?.hidden).toBe(true);
    expect(shown?.querySelector(".presence")?.getAttribute("data-is")).toBe("ignored");
    expect(shown?.querySelector("small")?.hidden).toBe(true);
  });

  it("removes erased sessions", async () => {
    const { store } = await start();
    await doing(() => store.put([aSession()]));
    await doing(() => store.remove(["conv_1"]));
    expect(row("conv_1")).toBeNull();
  });

  it("opens the details once for a click anywhere in the row", async () => {
    const { store, open } = await start();
    await doing(() => store.put([aSession()]));
    row("conv_1")?.querySelector("button")?.click();
    expect(open).toHaveBeenCalledExactlyOnceWith("conv_1");
  });
});
