/**
 * The console in one window follows a visitor of the shop in another.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openConsole } from "./support/console-page.ts";
import { Fixture, type Visitor } from "./visitor.ts";

const CLOSE_BUFFER_SECONDS = 1;

let fixture: Fixture;
let visitor: Visitor;

beforeAll(async () => {
  fixture = await Fixture.setUp();
  // A closed tab is gone soon, any other page late: a busy machine makes no visitor offline.
  await fixture.collector.request("PATCH", "/v1/settings", {
    presence: {
      bufferSeconds: 30,
      closeBufferSeconds: CLOSE_BUFFER_SECONDS,
      leaseSeconds: { visible: 60, hidden: 60, frozen: 60 },
    },
  });
  visitor = await fixture.visitor();
});
afterAll(async () => {
  await visitor.browser.stop();
  await fixture.tearDown();
});

it("the console updates a visitor's row live: online, offline after the buffer, online again", async () => {
  const lead = await visitor.browser.open();
  await openConsole(lead, fixture.collector);
  const shop = await visitor.chat();
  const row = `[data-session="${visitor.session}"]`;
  await lead.waitForSelector(`${row}[data-presence=online][data-state=active]`);
  await lead.waitForSelector(`[data-queued="${visitor.session}"]`);

  const closedAt = Date.now();
  await shop.close();
  await lead.waitForSelector(`${row}[data-presence=offline][data-reason=user_offline]`);
  expect(Date.now() - closedAt).toBeGreaterThanOrEqual(CLOSE_BUFFER_SECONDS * 1000);
  await lead.waitForSelector(`[data-queued="${visitor.session}"]`, { hidden: true });

  await visitor.visit();
  await lead.waitForSelector(`${row}[data-presence=online][data-state=active]`);
  await lead.waitForSelector(`[data-queued="${visitor.session}"]`);
});
