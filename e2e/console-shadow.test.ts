/**
 * A trial run in the console: it shows what presence would have done, while the live state stays
 * unchanged.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestBrowser } from "./support/browser.ts";
import { TestCollector } from "./support/collector.ts";
import { ConsolePage, openConsole } from "./support/console-page.ts";

let collector: TestCollector;
let browser: TestBrowser;
let lead: ConsolePage;

const ROW = "[data-session=conv_1]";
const RECIPE = "Solve abandoned conversations";

beforeAll(async () => {
  collector = await TestCollector.start();
  await collector.request("POST", "/v1/triggers/recipes/solve_abandoned");
  await collector.request("PATCH", "/v1/settings", {
    presence: { mode: "shadow", bufferSeconds: 0.3 },
  });
  await collector.request("PUT", "/v1/sessions/conv_1", { user: "Maria", ticket: { id: "1" } });
  browser = await TestBrowser.start();
  lead = new ConsolePage(await browser.open());
  await openConsole(lead.page, collector);
  await lead.page.waitForSelector(`${ROW}[data-shadow-state]`);
});
afterAll(async () => {
  await browser.stop();
  await collector.stop();
});

async function signal(body: object): Promise<void> {
  const { token } = await collector.request<{ token: string }>("POST", "/v1/tokens", {
    session: "conv_1",
  });
  const page = { v: 1, key: collector.keys.publishable, session: "conv_1", token, page: "p" };
  const answer = await fetch(`${collector.url}/v1/signals`, {
    method: "POST",
    body: JSON.stringify({ ...page, ...body }),
  });
  expect(answer.ok).toBe(true);
}

const text = (selector: string) => lead.page.$eval(selector, (found) => found.textContent);

const toggleInsights = () => lead.press("#insights summary");

it("explains before the first departure what insights will show", async () => {
  await toggleInsights();
  await lead.page.waitForSelector("#insights-empty:not([hidden])");
  await lead.seeIn("#insights-status", "trial run");
});

it("updates the shadow state of the row, and leaves its live state unchanged", async () => {
  await signal({ type: "open", gen: 0, seq: 1, visible: true });
  await lead.page.waitForSelector(`${ROW}[data-shadow-presence=online][data-shadow-reason=""]`);
  await signal({ type: "leave", gen: 0 });
  await lead.page.waitForSelector(
    `${ROW}[data-shadow-state=inactive][data-shadow-reason=user_offline][data-shadow-presence=offline]`,
  );
  expect(
    await lead.page.$(`${ROW}[data-state=active][data-presence=ignored][data-queue=queued]`),
  ).toBeTruthy();
  await lead.seeIn(`${ROW} .what`, "Would be: Left the site");
  await lead.seeIn(`${ROW} .there`, "would be Gone");
});

it("lists what presence would have done and which trigger would have fired", async () => {
  await lead.press(`${ROW} button`);
  await lead.seeIn("#drawer-shadow-history", `Trigger “${RECIPE}” would have fired`);
  await lead.seeIn("#drawer-shadow-history", "Left: every page closed");
  await lead.seeIn("#drawer-facts", "Left the site · Gone");
  expect(await text("#drawer-history")).not.toContain(RECIPE);

  await signal({ type: "open", gen: 1, seq: 2, visible: true });
  await lead.seeIn("#drawer-shadow-history", "Came back to the site");
  await lead.press("#drawer-close");
});

it("compares the trial run with what happened, on the page Presence", async () => {
  await lead.visit("Presence");
  await lead.seeIn("[data-outcome=leftQueue] [data-track=shadow]", "1");
  await lead.seeIn("[data-outcome=solved] [data-track=shadow]", "1");
  expect(await text("[data-outcome=leftQueue] [data-track=live]")).toBe("0");
  expect(await text("[data-outcome=solved] [data-track=live]")).toBe("0");
  expect(await lead.allComplaints()).toEqual([]);
  await lead.press("nav [href='#/now']");
  await lead.page.waitForSelector("#desk:not([hidden])");
});

it("shows insights of the trial run", async () => {
  await toggleInsights();
  await toggleInsights();
  await lead.seeIn("#insights-findings", "1 (100%)");
  await lead.seeIn("#insights-rows", "1 of 1");
});

it("removes the shadow state when the trial run ends", async () => {
  await collector.request("PATCH", "/v1/settings", {
    termsAccepted: true,
    presence: { mode: "on" },
  });
  await lead.page.waitForSelector(`${ROW}:not([data-shadow-state])[data-presence=unknown]`);
  await lead.page.waitForSelector("#mode[hidden]");
});
