/**
 * A person sees it: the shop in one window, the console in another.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { Fixture, SECONDS, type Visitor } from "./visitor.ts";

let scene: Fixture;
let visitor: Visitor;

beforeAll(async () => {
  scene = await Fixture.setUp();
  visitor = await scene.visitor();
});
afterAll(async () => {
  await visitor.browser.stop();
  await scene.tearDown();
});

it("the console turns a visitor's row by itself: there, gone after the buffer, back again", async () => {
  const lead = await visitor.browser.open();
  await lead.goto(`${scene.collector.url}/console#key=${scene.collector.keys.secret}`);
  const shop = await visitor.chat();
  const row = `[data-session="${visitor.session}"]`;
  await lead.waitForSelector(`${row}[data-presence=online][data-state=active]`);
  await lead.waitForSelector(`[data-queued="${visitor.session}"]`);
  expect(lead.url()).not.toContain("sk_");

  const closedAt = Date.now();
  await shop.close();
  await lead.waitForSelector(`${row}[data-presence=offline][data-reason=user_offline]`);
  expect(Date.now() - closedAt).toBeGreaterThanOrEqual(SECONDS.buffer * 1000);
  await lead.waitForSelector(`[data-queued="${visitor.session}"]`, { hidden: true });

  await visitor.visit();
  await lead.waitForSelector(`${row}[data-presence=online][data-state=active]`);
  await lead.waitForSelector(`[data-queued="${visitor.session}"]`);
});
