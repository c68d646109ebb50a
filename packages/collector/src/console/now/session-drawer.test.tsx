// @vitest-environment happy-dom
import { signal } from "@preact/signals";
import { describe, expect, it, vi } from "vitest";
import { createSessionStore } from "../live/session-store.ts";
import type { Audit } from "../state/audit.ts";
import { createDrawer } from "../state/drawer.ts";
import { createWhy } from "../state/why.ts";
import { anEntry } from "../testing/audit.ts";
import { doing, part, show } from "../testing/render.ts";
import { aSession, aTransition } from "../testing/session.ts";
import { aTrace, changed, left, opened } from "../testing/trace.ts";
import { SessionDrawer } from "./session-drawer.tsx";

async function start(
  mayChange = true,
  audit?: Pick<Audit, "trails" | "readTrail">,
  first = aTransition({ seq: 1 }),
) {
  const store = createSessionStore();
  store.put([aSession(), aSession({ id: "conv_2", user: "ben" })]);
  const api = {
    session: vi.fn(async (id: string) => store.get(id) ?? null),
    history: vi.fn(async () => ({ transitions: [first] })),
    trace: vi.fn(async () => aTrace([opened(0), left(195), changed(200)])),
    postEvent: vi.fn(async () => aSession({ assignee: "console", seq: 4 })),
  };
  const settings = signal({});
  const drawer = createDrawer(api, store, settings);
  await show(
    <SessionDrawer
      mayChange={mayChange}
      drawer={drawer}
      reason={createWhy(api, store)}
      settings={settings}
      audit={audit}
    />,
  );
  return { store, api, drawer };
}

const dialog = () => part<HTMLDialogElement>("drawer");
const texts = () => [...part("drawer-history").querySelectorAll("p")].map((p) => p.textContent);

describe("SessionDrawer", () => {
  it("names the settings that changed a session, from the audit log", async () => {
    const change = aTransition({ seq: 1, cause: "settings_changed" });
    const entry = anEntry({ at: change.at });
    const trails = signal<Audit["trails"]["value"]>(new Map());
    const readTrail = vi.fn(async () => {
      trails.value = new Map([["settings_changed", [entry]]]);
    });
    const { drawer } = await start(true, { trails, readTrail }, change);
    await doing(() => drawer.open("conv_1"));
    await vi.waitFor(() =>
      expect(texts()[0]).toContain(`The account’s settings changed: Wait after a page vanished`),
    );
    expect(readTrail).toHaveBeenCalledExactlyOnceWith("settings_changed");
  });

  it("shows one session's details and history, follows it, and closes", async () => {
    const { store, drawer } = await start();
    await doing(() => drawer.open("conv_1"));
    expect(dialog().open).toBe(true);
    expect(part("drawer-name").textContent).toBe("u_1");
    expect(part("drawer-facts").textContent).toContain("conv_1");
    await vi.waitFor(() => expect(texts()).toHaveLength(1));
    await doing(() => {
      store.apply(aTransition());
      drawer.note("live", [aTransition()]);
    });
    expect(part("drawer-state").textContent).toBe("Left the site");
    expect(texts()).toHaveLength(2);
    await doing(() => part("drawer-close").click());
    expect(dialog().open).toBe(false);
  });

  it("says why a visitor was called gone once that is so, with a link to the drawing", async () => {
    const { api, store, drawer } = await start();
    await doing(() => drawer.open("conv_1"));
    expect(document.getElementById("drawer-reason")).toBeNull();
    expect(api.trace).not.toHaveBeenCalled();
    await doing(() => store.apply(aTransition()));
    const reason = () => document.getElementById("drawer-reason")?.textContent;
    await vi.waitFor(() => expect(reason()).toContain("the tab was closed"), { timeout: 20_000 });
    expect(part("drawer-why").getAttribute("href")).toBe("#/why/conv_1");
  });

  it("offers no change of the conversation to people who may make none", async () => {
    const { drawer } = await start(false);
    await doing(() => drawer.open("conv_1"));
    expect(part("drawer-actions").hidden).toBe(true);
  });

  it("drops the history of a session that is no longer the one shown", async () => {
    const { api, drawer } = await start();
    let answer: (page: { transitions: ReturnType<typeof aTransition>[] }) => void = () => {};
    api.history.mockReturnValueOnce(
      new Promise((resolve) => {
        answer = resolve;
      }),
    );
    await doing(() => drawer.open("conv_1"));
    await doing(() => drawer.open("conv_2"));
    await doing(() => answer({ transitions: [aTransition({ seq: 7 })] }));
    expect(part("drawer-name").textContent).toBe("ben");
    await vi.waitFor(() => expect(texts()).toHaveLength(1));
    const [entry] = part("drawer-history").children;
    expect(entry?.getAttribute("data-seq")).toBe("1");
  });

  it("plays the desk, and says so if an event was not reported", async () => {
    const { api, drawer } = await start();
    await doing(() => drawer.open("conv_1"));
    api.postEvent.mockRejectedValueOnce(new TypeError("away"));
    const first = () => part("drawer-buttons").querySelector("button");
    await doing(() => first()?.click());
    expect(part("drawer-actions-error").textContent).toContain("did not reach");
    await doing(() => first()?.click());
    expect(part("drawer-actions-error").textContent).toBe("");
    expect(first()?.textContent).toBe("Give it back");
  });

  it("shows the end of a session that goes on as another, though the list has it no more", async () => {
    const { store, drawer } = await start();
    await doing(() => drawer.open("conv_1"));
    const merged = aTransition({
      to: { state: "ended", reason: "merged", presence: "online" },
      cause: "merged",
      mergedInto: "conv_2",
    });
    await doing(() => {
      store.remove(["conv_1"]);
      drawer.note("live", [merged]);
    });
    expect(part("drawer-state").textContent).toBe("Joined with another");
    expect(texts()[0]).toBe("The desk joined this conversation with conv_2");
  });
});
