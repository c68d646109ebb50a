// @vitest-environment happy-dom
import { signal } from "@preact/signals";
import { describe, expect, it, vi } from "vitest";
import { ApiProblem } from "../live/problem.ts";
import type { SettingChange } from "../model/setting-effect.ts";
import type { Settings } from "../model/settings.ts";
import { createSettingsForm } from "../state/settings-form.ts";
import { someAudit } from "../testing/audit.ts";
import { doing, part, show } from "../testing/render.ts";
import { SettingsPage } from "./settings-page.tsx";

async function start() {
  const settings = signal<Settings>({ presence: { bufferSeconds: 15 } });
  const changeSettings = vi.fn(async () => ({ presence: { bufferSeconds: 30 } }) as Settings);
  const effect = { days: 7, verdicts: 4, avoided: 1, shiftSeconds: 15, isComplete: true };
  const changes = [
    { setting: "presence.bufferSeconds", from: 15, to: 30, effect },
    { setting: "presence.closeBufferSeconds", from: 5, to: 30, effect },
  ] satisfies SettingChange[];
  const previewSettings = vi.fn(async () => ({ changes, modeEffect: null }));
  const latest = { presence: { bufferSeconds: 20 } } as Settings;
  const api = { changeSettings, previewSettings, settings: async () => latest };
  const form = createSettingsForm(api, settings);
  await show(<SettingsPage form={form} audit={someAudit().audit} />);
  return { settings, form, changeSettings, previewSettings };
}

const buffer = () => part<HTMLInputElement>("setting-presence-bufferSeconds");

async function type(text: string): Promise<void> {
  buffer().value = text;
  await doing(() => buffer().dispatchEvent(new Event("input")));
}

async function saveAll(): Promise<void> {
  await doing(() => part("review-changes").click());
  await vi.waitFor(() => part("save"), { timeout: 20_000 });
  await doing(() => part("save").click());
}

describe("SettingsPage", () => {
  it("says before it is saved what a change would have meant, and goes without where it is not known", async () => {
    const { previewSettings, changeSettings } = await start();
    await type("30");
    await doing(() => part("review-changes").click());
    await vi.waitFor(() => expect(part("review").textContent).toContain("1 came back early"));
    expect(previewSettings).toHaveBeenCalledExactlyOnceWith({ presence: { bufferSeconds: 30 } });
    expect(changeSettings).not.toHaveBeenCalled();
    previewSettings.mockRejectedValueOnce(new TypeError("away"));
    await doing(() => part("review-changes").click());
    await vi.waitFor(() => expect(part("review").textContent).not.toContain("Computing"));
    await doing(() => part("save").click());
    expect(changeSettings).toHaveBeenCalledOnce();
  });

  it("saves only what was changed, once it was reviewed", async () => {
    const { settings, changeSettings } = await start();
    await type("30");
    expect(changeSettings).not.toHaveBeenCalled();
    await saveAll();
    expect(changeSettings).toHaveBeenCalledExactlyOnceWith(
      { presence: { bufferSeconds: 30 } },
      { presence: { bufferSeconds: 15 } },
    );
    await vi.waitFor(() => expect(settings.value.presence?.bufferSeconds).toBe(30));
    await vi.waitFor(() =>
      expect(part("settings-status").textContent).toBe(
        "1 change saved: “Wait after a page vanished”.",
      ),
    );
  });

  it("lists every value that changes in effect, in the review and once it is saved", async () => {
    const { changeSettings } = await start();
    const presence = { bufferSeconds: 30, closeBufferSeconds: 30 };
    changeSettings.mockResolvedValueOnce({ presence });
    await type("30");
    await doing(() => part("review-changes").click());
    const review = () => part("review").textContent;
    await vi.waitFor(() => expect(review()).toContain("Wait after a tab was closed (follows"));
    expect(review()).toContain("From 5 s to 30 s");
    await doing(() => part("save").click());
    await vi.waitFor(() =>
      expect(part("settings-status").textContent).toBe(
        "2 changes saved: “Wait after a page vanished”, “Wait after a tab was closed”.",
      ),
    );
  });

  it("shows a refusal beside its setting until that is changed, and keeps what was typed", async () => {
    const { changeSettings } = await start();
    const errors = [{ field: "presence.bufferSeconds", message: "is refused here." }];
    changeSettings.mockRejectedValueOnce(new ApiProblem("invalid_settings", "No.", errors));
    await type("30");
    await saveAll();
    const problem = () => part("setting-presence-bufferSeconds-problem").textContent;
    await vi.waitFor(() => expect(problem()).toBe("This is refused here."));
    expect(buffer().getAttribute("aria-invalid")).toBe("true");
    expect(buffer().value).toBe("30");
    expect(part("settings-status").textContent).toContain("Nothing was saved");
    await type("31");
    expect(problem()).toBe("");
  });

  it("says what someone else has changed meanwhile, and keeps what was typed", async () => {
    const { settings, changeSettings } = await start();
    changeSettings.mockRejectedValueOnce(new ApiProblem("changed_meanwhile", "Read them again."));
    await type("30");
    await saveAll();
    const status = () => part("settings-status").textContent;
    await vi.waitFor(() => expect(status()).toContain("from 15 s to 20 s. What you entered"));
    expect(buffer().value).toBe("30");
    await vi.waitFor(() => expect(document.getElementById("save")).toBeNull());
    await saveAll();
    await vi.waitFor(() => expect(settings.value.presence?.bufferSeconds).toBe(30));
    expect(changeSettings).toHaveBeenLastCalledWith(
      { presence: { bufferSeconds: 30 } },
      { presence: { bufferSeconds: 20 } },
    );
  });

  it("says that a role is missing", async () => {
    const { changeSettings } = await start();
    changeSettings.mockRejectedValueOnce(new ApiProblem("role_missing", "Use another key."));
    await type("30");
    await saveAll();
    await vi.waitFor(() =>
      expect(part("settings-status").textContent).toContain("Your role does not allow"),
    );
  });

  it("keeps what was typed while another page is open, and no message about what was saved", async () => {
    const { form } = await start();
    await type("30");
    form.status.value = "1 change saved.";
    await show(<p>Another page</p>);
    await show(<SettingsPage form={form} audit={someAudit().audit} />);
    expect(buffer().value).toBe("30");
    expect(part("settings-status").textContent).toBe("1 change, not saved yet.");
  });
});
