/**
 * An edge deployment in which an object hangs, in a real workerd.
 */
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { EdgeSite, KEYS } from "./support/edge-site.ts";
import { ownNames, parseMetrics } from "./support/metric-samples.ts";
import { absentOf } from "./support/shown-metrics.ts";
import { until } from "./support/wait.ts";

const MINUTE_MS = 60_000;

let site: EdgeSite;
beforeAll(async () => {
  site = await EdgeSite.start({ presence: { mode: "on" } }, { shards: 1 });
});
afterAll(() => site?.stop());

it("a lone visitor stays online through ten minutes of a coordinator that hangs", async () => {
  const page = site.page("conv_1");
  let { nextMs } = await page.open();
  const { seq } = await site.session("conv_1");
  await site.request("POST", "/test/0/hang");
  for (let passedMs = 0; passedMs < 10 * MINUTE_MS; passedMs += nextMs) {
    await site.request("POST", `/test/0/advance/${nextMs}`);
    ({ nextMs } = await page.beat());
  }
  await site.request("POST", "/test/0/answer");
  expect(await site.session("conv_1")).toMatchObject({ presence: "online", seq });
});

it("a sweep decides while requests wait for the coordinator", async () => {
  const presenceOf = (id: string) => site.request("GET", `/test/0/presence/${id}`);
  const page = site.page("conv_2");
  await page.open();
  await page.leave();
  await site.request("POST", "/test/0/hang");
  await site.request("POST", "/test/0/stop-clock/0");
  site
    .page("conv_3")
    .open()
    .catch(() => {});
  await until("conv_3 to be there", async () => (await presenceOf("conv_3")) === "online");
  await site.request("POST", `/test/0/stop-clock/${MINUTE_MS}`);
  await site.request("POST", "/test/0/ring");
  await until("conv_2 to be offline", async () => (await presenceOf("conv_2")) === "offline");
});

it("a shard that hangs holds up neither a change of settings nor maintenance, and is reported", async () => {
  await site.request("POST", "/test/0/answer");
  await site.request("POST", "/test/0/hang-shard");
  await site.request("POST", "/test/0/advance/0");
  await site.request("PATCH", "/v1/settings", { presence: { bufferSeconds: 21 } });
  await site.request("POST", "/test/0/watchdog");

  const ready = await site.edge.dispatchFetch("http://edge.test/readyz");
  expect([ready.status, await ready.text()]).toEqual([
    503,
    expect.stringContaining("1 of 1 shards do not respond"),
  ]);
  const headers = { Authorization: `Bearer ${KEYS.metrics}` };
  const metrics = await site.edge.dispatchFetch("http://edge.test/metrics", { headers });
  expect(await metrics.text()).toContain('stillhere_shards{responds="no"} 1\n');
});

it("a deployment with a wrong variable says so where it is asked whether it is ready, and works", async () => {
  const wrong = await EdgeSite.start({}, { shards: "four" });
  onTestFinished(() => wrong.stop());
  await wrong.request("POST", "/test/0/stop-clock/0");
  await wrong.page("conv_1").open();
  const ready = await wrong.edge.dispatchFetch("http://edge.test/readyz");
  expect([ready.status, await ready.text()]).toEqual([
    503,
    expect.stringContaining('STILLHERE_SHARDS is \\"four\\": make it a number from 1 to 1000.'),
  ]);
  const headers = { Authorization: `Bearer ${KEYS.metrics}` };
  const metrics = await wrong.edge.dispatchFetch("http://edge.test/metrics", { headers });
  const text = await metrics.text();
  const names = ownNames(parseMetrics(text));
  expect(names.length).toBeGreaterThan(5);
  expect(absentOf(names), "not where operators find them").toEqual([]);
  const values = text.split("\n").filter((line) => /^[^#]/.test(line));
  expect(values).toEqual(
    expect.arrayContaining([
      "stillhere_unheard_seconds 0",
      'stillhere_shards{responds="yes"} 1',
      "stillhere_outages_total 0",
      "stillhere_late_seconds 0",
      expect.stringMatching(/^stillhere_relay_entries \d+$/),
      'stillhere_outbox_entries{state="unread"} 0',
      'stillhere_outbox_entries{state="pending"} 0',
    ]),
  );
});
