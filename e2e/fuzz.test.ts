/**
 * Fuzzes the HTTP API with twenty thousand requests; scripts/fuzz.ts sends a million.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestCollector } from "./support/collector.ts";
import { fuzz } from "./support/fuzz.ts";

const COUNT = 20_000;
const seed = Number(process.env["SEED"]);

let collector: TestCollector;

beforeAll(async () => {
  collector = await TestCollector.start();
});
afterAll(() => collector.stop());

it(`responds to every fuzzed request without a 5xx (SEED=${seed})`, async () => {
  const { token } = await collector.request<{ token: string }>("POST", "/v1/tokens", {
    session: "fuzz",
  });
  const report = await fuzz(collector, token, COUNT, seed);
  expect(report.failures).toEqual([]);
  expect(report.requests).toBe(COUNT);
  // Some requests are valid and many are not, so both paths are covered.
  expect(report.statuses["200"]).toBeGreaterThan(COUNT / 100);
  expect(report.statuses["400"]).toBeGreaterThan(COUNT / 20);
  expect((await fetch(`${collector.url}/readyz`)).status).toBe(200);
}, 120_000);
