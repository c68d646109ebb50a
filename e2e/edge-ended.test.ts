/**
 * Sessions that are over at the edge, in a real workerd: what they cost, and when they are forgotten.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { EdgeSite } from "./support/edge-site.ts";
import { changeSetting, countOf, figuresOf } from "./support/shard-figures.ts";
import { until } from "./support/wait.ts";

const ENDED = 150;
const DAY_MS = 86_400_000;

let site: EdgeSite;
beforeAll(async () => {
  site = await EdgeSite.start({ presence: { mode: "on" } });
  // The clock stands from here on, an hour ahead, so that no alarm fires by the real time.
  await site.request("POST", "/test/0/advance/3600000");
  await site.page("conv_1").open();
  await site.request("POST", `/test/0/fill-ended/over/${ENDED}`);
});
afterAll(() => site?.stop());

// The first one: an object that has crashed has its alarms again.
it("a changed setting is answered before the sessions have it, which an alarm brings up to date", async () => {
  await site.request("POST", "/test/0/disable-alarms");
  await site.request("PATCH", "/v1/settings", { inactivity: { seconds: 52 } });
  const { rowsWritten } = await countOf(site, () => site.request("POST", "/test/0/advance/0"));
  expect(rowsWritten).toBeGreaterThan(0);
});

it("a changed setting writes and reads none of them, but that of a visitor who comes back", async () => {
  const { rowsWritten, rowsRead } = await countOf(site, () => changeSetting(site, 50));
  expect(rowsWritten).toBeLessThan(10);
  expect(rowsRead).toBeLessThan(100);
  await site.page("over_1").open();
  const { rowsWritten: withReturned } = await countOf(site, () => changeSetting(site, 51));
  expect(withReturned).toBeGreaterThan(rowsWritten);
  expect(withReturned).toBeLessThan(10);
});

it("lists of others, the queue, and an object that starts read none of them", async () => {
  const read = (path: string) => countOf(site, () => site.request("GET", path));
  for (const path of ["/v1/sessions?state=active", "/v1/sessions?queue=queued", "/v1/queue"]) {
    expect((await read(path)).rowsRead).toBeLessThan(100);
  }
  await site.request("POST", "/test/0/crash");
  await until("the shard to respond", () =>
    figuresOf(site).then(
      () => true,
      () => false,
    ),
  );
  expect((await figuresOf(site)).rowsRead).toBeLessThan(100);
  const ended = await site.request<{ sessions: unknown[] }>(
    "GET",
    "/v1/sessions?state=ended&limit=50",
  );
  expect(ended.sessions).toHaveLength(50);
});

it("they are forgotten when their days are over", async () => {
  await site.request("PATCH", "/v1/settings", { sessionRetentionDays: 30 });
  const list = () =>
    site.request<{ sessions: unknown[] }>("GET", "/v1/sessions?state=ended&limit=5");
  await site.request("POST", `/test/0/advance/${29 * DAY_MS}`);
  await site.request("POST", "/test/0/watchdog");
  expect((await list()).sessions).toHaveLength(5);
  await site.request("POST", `/test/0/advance/${2 * DAY_MS}`);
  await until("them to be forgotten", async () => {
    await site.request("POST", "/test/0/watchdog");
    return (await list()).sessions.length === 0;
  });
});
