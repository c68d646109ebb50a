// @vitest-environment happy-dom
import { signal } from "@preact/signals";
import { describe, expect, it, vi } from "vitest";
import type { Api } from "../live/api.ts";
import { ApiProblem } from "../live/problem.ts";
import { createSessionStore } from "../live/session-store.ts";
import type { ModeEffect } from "../model/mode-effect.ts";
import type { OutcomeReport } from "../model/outcomes.ts";
import type { Settings } from "../model/settings.ts";
import { createPresenceForm } from "../state/presence-form.ts";
import { createSessionSignals } from "../state/sessions.ts";
import { anEntry, someAudit } from "../testing/audit.ts";
import { doing, part, show } from "../testing/render.ts";
import { aSession, aShadow } from "../testing/session.ts";
import { PresencePage } from "./presence-page.tsx";

const REPORT: OutcomeReport = {
  trial: null,
  desk: { both: 9, onlyDesk: 3, onlyPresence: 4 },
  from: "2026-01-02T10:00:00.000Z",
  to: "2026-01-03T10:00:00.000Z",
  live: { departures: 0, leftQueue: 3, released: 1, solved: 0 },
  shadow: { departures: 9, leftQueue: 7, released: 2, solved: 7 },
  days: [
    {
      day: "2026-01-02",
      live: { departures: 0, leftQueue: 3, released: 1, solved: 0 },
      shadow: { departures: 5, leftQueue: 5, released: 1, solved: 5 },
    },
    {
      day: "2026-01-03",
      live: { departures: 0, leftQueue: 0, released: 0, solved: 0 },
      shadow: { departures: 4, leftQueue: 2, released: 1, solved: 2 },
    },
  ],
};

const EFFECT: ModeEffect = {
  examined: 3,
  isComplete: true,
  waiting: 1,
  waitingGone: 0,
  entersQueue: 1,
  leavesQueue: 0,
  takesCapacity: 0,
  freesCapacity: 0,
};

async function start(
  first: Settings = { presence: { mode: "off" } },
  report: OutcomeReport = REPORT,
) {
  const settings = signal<Settings>(first);
  const changeSettings = vi.fn(async (patch: Record<string, unknown>) => patch as Settings);
  const by = { person: "p", name: "ana@example.com" };
  const accepted = anEntry({ action: "terms_accepted", by, from: null, to: { version: 1 } });
  const { audit } = someAudit({ entries: [accepted], cursor: null });
  const previewSettings = vi.fn(async () => ({ changes: [], modeEffect: EFFECT }));
  const api = { changeSettings, previewSettings, settings: async () => settings.value };
  const form = createPresenceForm(api, settings);
  const store = createSessionStore();
  const live = {
    api: { outcomes: vi.fn(async () => report) } as unknown as Api,
    verdicts: signal(0),
    sessions: createSessionSignals(store),
    unread: signal([]),
  };
  store.put([aSession({ shadow: aShadow() }), aSession({ id: "conv_2" })]);
  await show(<PresencePage form={form} audit={audit} live={live} />);
  return { settings, changeSettings };
}

const isDisabled = (id: string) => part<HTMLButtonElement>(id).disabled;

describe("PresencePage", () => {
  it("asks for the terms twice before presence is switched on", async () => {
    const { settings, changeSettings } = await start();
    expect(isDisabled("mode-review")).toBe(true);
    await doing(() => part("mode-on").click());
    expect(isDisabled("mode-review")).toBe(true);
    await doing(() => part("agree").click());
    await doing(() => part("mode-review").click());
    expect(isDisabled("mode-save")).toBe(true);
    await doing(() => part("agree-again").click());
    expect(changeSettings).not.toHaveBeenCalled();
    await doing(() => part("mode-save").click());
    expect(changeSettings.mock.calls.map(([patch]) => patch)).toEqual([
      { termsAccepted: true, presence: { mode: "on" } },
    ]);
    expect(settings.value.presence?.mode).toBe("on");
  });

  it("asks for them again where the choice was changed meanwhile", async () => {
    await start();
    await doing(() => part("mode-on").click());
    await doing(() => part("agree").click());
    await doing(() => part("mode-shadow").click());
    await doing(() => part("mode-on").click());
    expect(isDisabled("mode-review")).toBe(true);
  });

  it("does not ask for terms that were accepted, or for a trial run", async () => {
    const { changeSettings } = await start({ termsAccepted: true, presence: { mode: "off" } });
    await doing(() => part("mode-on").click());
    expect(document.getElementById("terms")).toBeNull();
    await doing(() => part("mode-shadow").click());
    await doing(() => part("mode-review").click());
    await doing(() => part("mode-save").click());
    expect(changeSettings.mock.calls.map(([patch]) => patch)).toEqual([
      { presence: { mode: "shadow" } },
    ]);
  });

  it("shows a trial run beside what happened, in numbers, by day and as a table", async () => {
    await start({ presence: { mode: "shadow" } });
    const row = (id: string) =>
      [...document.querySelectorAll(`[data-outcome=${id}] td`)].map((td) => td.textContent);
    await vi.waitFor(() => expect(row("leftQueue")).toEqual(["3", "7"]));
    expect(row("solved")).toEqual(["0", "7"]);
    expect(row("released")).toEqual(["1", "2"]);
    expect(row("queue")).toEqual(["2", "1"]);
    const heights = [...document.querySelectorAll(".plot rect")].map((rect) =>
      Number(rect.getAttribute("height")).toFixed(0),
    );
    expect(heights).toEqual(["67", "100", "0", "50"]);
    const table = [...document.querySelectorAll(".plot td")].map((td) => td.textContent);
    expect(table).toEqual(["4", "6", "0", "3"]);
  });

  it("says in the dialog whom the chosen mode affects now", async () => {
    await start({ termsAccepted: true, presence: { mode: "on" } });
    await doing(() => part("mode-shadow").click());
    await doing(() => part("mode-review").click());
    await vi.waitFor(() =>
      expect(part("mode-effect").textContent).toContain(
        "1 visitor who was found gone goes back into the queue",
      ),
    );
  });

  it("says why a button waits for the terms", async () => {
    await start();
    await doing(() => part("mode-on").click());
    expect(part("mode-review-hint").textContent).toContain("Accept the terms above");
    await doing(() => part("agree").click());
    expect(document.getElementById("mode-review-hint")).toBeNull();
    await doing(() => part("mode-review").click());
    expect(part("mode-save-hint").textContent).toContain("Tick the box");
    await doing(() => part("agree-again").click());
    expect(document.getElementById("mode-save-hint")).toBeNull();
  });

  it("shows no report while presence is off", async () => {
    await start();
    expect(part("outcomes").hidden).toBe(true);
    expect(document.getElementById("ended-trial")).toBeNull();
  });

  it("still shows what the trial run said once presence is on or off", async () => {
    const counts = { departures: 3, leftQueue: 2, released: 0, solved: 0 };
    const live = { ...REPORT, shadow: null, days: [] };
    for (const mode of ["on", "off"]) {
      await start({ presence: { mode } } as Settings, {
        ...live,
        trial: { ...live, shadow: counts },
      });
      const found = "#ended-trial [data-outcome=departures] [data-track=shadow]";
      await vi.waitFor(() => expect(document.querySelector(found)?.textContent).toBe("3"));
      expect(part("trial-desk-agreement").textContent).toBe(
        "Your desk itself found 12 conversations inactive. In 9 of them presence did so too, in 3 it did not; in 4 others presence alone did.",
      );
      expect(document.querySelector("#ended-trial [data-outcome=queue]")).toBeNull();
    }
  });

  it("says who accepted the terms, and when", async () => {
    await start({ termsAccepted: true, presence: { mode: "on" } });
    await vi.waitFor(() => expect(part("accepted").textContent).toContain("ana@example.com"));
    expect(part("accepted").querySelector("time")?.dateTime).toBe("2026-01-01T10:00:00.000Z");
  });

  it("warns that no site may report", async () => {
    await start({ presence: { mode: "on" }, origins: [] });
    expect(document.getElementById("no-origins")).not.toBeNull();
    await start({ presence: { mode: "on" }, origins: ["https://shop.example"] });
    expect(document.getElementById("no-origins")).toBeNull();
  });

  it("says why it was refused, and keeps the choice", async () => {
    const { changeSettings } = await start();
    changeSettings.mockRejectedValueOnce(new ApiProblem("invalid_settings", "Accept the terms."));
    await doing(() => part("mode-shadow").click());
    await doing(() => part("mode-review").click());
    await doing(() => part("mode-save").click());
    await vi.waitFor(() =>
      expect(part("presence-status").textContent).toBe("Nothing was saved. Accept the terms."),
    );
    expect(part<HTMLInputElement>("mode-shadow").checked).toBe(true);
  });
});
