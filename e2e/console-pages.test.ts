/**
 * The pages of the console that configure an account, each used for its main purpose with nothing but the
 * console.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestBrowser } from "./support/browser.ts";
import { TestCollector } from "./support/collector.ts";
import { ConsolePage } from "./support/console-page.ts";

let collector: TestCollector;
let browser: TestBrowser;
let lead: ConsolePage;

beforeAll(async () => {
  collector = await TestCollector.start();
  browser = await TestBrowser.start();
  lead = new ConsolePage(await browser.open());
  await lead.page.goto(`${collector.url}/console#key=${collector.keys.secret}`);
  await lead.page.waitForSelector("#first-steps:not([hidden])");
});
afterAll(async () => {
  await browser.stop();
  await collector.stop();
});

interface Settings {
  presence: { bufferSeconds: number; mode: string };
  termsAccepted: boolean;
  origins: string[];
  binding: string;
  retentionDays: number | null;
}
const settings = () => collector.request<Settings>("GET", "/v1/settings");

describe("Now", () => {
  it("has no barrier that axe finds, in a narrow window or from right to left", async () => {
    expect(await lead.allComplaints()).toEqual([]);
  });
});

describe("Settings", () => {
  beforeAll(() => lead.visit("Settings"));

  it("says what is wrong while it is typed, and saves nothing of it", async () => {
    await lead.type("#setting-retentionDays", "1.5");
    await lead.seeIn("#setting-retentionDays-problem", "must be a whole number from 1 to 3650");
    await lead.type("#setting-presence-leaseSeconds-hidden", "30");
    await lead.type("#setting-retentionDays", "");
    await lead.seeIn("#setting-presence-leaseSeconds-hidden-problem", "lengthen the lease");
    await lead.page.click("#review-changes");
    await lead.page.waitForFunction(() => document.activeElement?.matches("[aria-invalid=true]"));
    expect(await lead.page.$("#review[open]")).toBeNull();
    await lead.type("#setting-presence-leaseSeconds-hidden", "150");
    await lead.seeIn("#settings-status", "Nothing is changed");
  });

  it("shows what will change, and saves it with the keyboard alone", async () => {
    await lead.type("#setting-presence-bufferSeconds", "20");
    await lead.pressOn("#review-changes", "Enter");
    await lead.page.waitForSelector("#review[open]");
    await lead.seeIn("#review", "From 15 s to 20 s");
    await lead.pressOn("#save", "Enter");
    await lead.seeIn("#settings-status", "1 change saved");
    expect((await settings()).presence.bufferSeconds).toBe(20);
  });

  it("has no barrier that axe finds, in a narrow window or from right to left", async () => {
    expect(await lead.allComplaints()).toEqual([]);
  });
});

describe("Presence", () => {
  beforeAll(() => lead.visit("Presence"));

  it("switches presence on once the terms were accepted twice, with the keyboard alone", async () => {
    await lead.page.focus("#mode-off");
    await lead.page.keyboard.press("ArrowUp");
    await lead.pressOn("#agree", "Space");
    await lead.pressOn("#mode-review", "Enter");
    await lead.page.waitForSelector("#mode-dialog[open]");
    await lead.pressOn("#agree-again", "Space");
    await lead.pressOn("#mode-save", "Enter");
    await lead.seeIn("#presence-status", "Presence is set to: On");
    expect(await settings()).toMatchObject({ termsAccepted: true, presence: { mode: "on" } });
  });

  it("has no barrier that axe finds, in a narrow window or from right to left", async () => {
    expect(await lead.allComplaints()).toEqual([]);
  });
});
