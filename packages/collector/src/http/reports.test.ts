import { beforeAll, expect, it } from "vitest";
import { TestApp } from "./testing/app.ts";

let harness: TestApp;
beforeAll(async () => {
  harness = await TestApp.create();
  const key = { account: "default", id: "conv_1" };
  const group = "=HYPERLINK(1)";
  await harness.json("PATCH", "/v1/settings", {
    termsAccepted: true,
    presence: { mode: "on", bufferSeconds: 0 },
  });
  const page = { page: "p", gen: 0 };
  const open = { type: "signal", signal: "open", seq: 1, visible: true, armed: false } as const;
  const create = { channel: "web_widget" };
  await harness.engine.submit({ key, create, inputs: [{ ...open, ...page }] });
  const ticket = { id: "1", group };
  await harness.engine.submit({ key, inputs: [{ type: "ticket_updated", ticket }] });
  await harness.engine.submit({ key, inputs: [{ type: "leave", ...page, to: null }] });
});

const code = async (query: string) => {
  const response = await harness.request("GET", `/v1/reports?${query}`);
  return [response.status, ((await response.json()) as { code?: string }).code];
};

/** Up to two days from now, so that the time of the day plays no part. */
const period = () => {
  const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString();
  return `from=${day(-2)}&to=${day(2)}`;
};

it("returns the report, for the time zone that is asked for", async () => {
  const report = await harness.json("GET", `/v1/reports?${period()}&tz=Pacific/Auckland&by=month`);
  expect(report).toMatchObject({
    tz: "Pacific/Auckland",
    by: "month",
    conversations: 1,
    abandoned: { count: 1, byGroup: [{ group: "=HYPERLINK(1)", count: 1 }] },
    contradicted: { departures: 1 },
  });
});

it("returns one table as CSV where the client accepts that", async () => {
  const path = `/v1/reports?${period()}&table=groups`;
  const response = await harness.request("GET", path, undefined, { Accept: "text/csv" });
  expect(response.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
  expect(response.headers.get("Content-Disposition")).toContain("stillhere-groups.csv");
  const [header, row] = (await response.text()).split("\r\n");
  expect(header).toBe("group,count,waitedSecondsP50,waitedSecondsP90");
  expect(row).toMatch(/^'=HYPERLINK\(1\),1,/);
});

it("refuses a period and a time zone that make no sense, by name", async () => {
  expect(await code("from=2026-11-28&to=2026-11-28")).toEqual([400, "invalid_period"]);
  expect(await code("from=2026-01-01&to=2026-11-28")).toEqual([400, "invalid_period"]);
  expect(await code("tz=Europe/Atlantis")).toEqual([400, "unknown_time_zone"]);
  expect(await code("from=yesterday")).toEqual([400, "invalid_request"]);
});

it("has room for 92 days of which one has 25 hours", async () => {
  const query = "from=2026-10-01&to=2027-01-01&tz=Europe/Berlin";
  expect(await harness.json("GET", `/v1/reports?${query}`)).toMatchObject({
    from: "2026-09-30T22:00:00.000Z",
    to: "2026-12-31T23:00:00.000Z",
  });
});

it("begins a date at midnight in the time zone", async () => {
  const query = "from=2026-03-28&to=2026-03-30&tz=Europe/Berlin";
  expect(await harness.json("GET", `/v1/reports?${query}`)).toMatchObject({
    from: "2026-03-27T23:00:00.000Z",
    to: "2026-03-29T22:00:00.000Z",
    periods: [{ date: "2026-03-28" }, { date: "2026-03-29" }],
  });
});
