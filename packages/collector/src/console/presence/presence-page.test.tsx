// @vitest-environment happy-dom
import { signal } from "@preact/signals";
import { describe, expect, it, vi } from "vitest";
import { ApiProblem } from "../live/problem.ts";
import type { Settings } from "../model/settings.ts";
import { createPresenceForm } from "../state/presence-form.ts";
import { anEntry, someAudit } from "../testing/audit.ts";
import { doing, part, show } from "../testing/render.ts";
import { PresencePage } from "./presence-page.tsx";

async function start(first: Settings = { presence: { mode: "off" } }) {
  const settings = signal<Settings>(first);
  const changeSettings = vi.fn(async (patch: Record<string, unknown>) => patch as Settings);
  const by = { person: "p", name: "ana@example.com" };
  const accepted = anEntry({ action: "terms_accepted", by, from: null, to: { version: 1 } });
  const { audit } = someAudit({ entries: [accepted], cursor: null });
  const api = { changeSettings, settings: async () => settings.value };
  const form = createPresenceForm(api, settings);
  await show(<PresencePage form={form} audit={audit} />);
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
