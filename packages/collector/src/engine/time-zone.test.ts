import { expect, it } from "vitest";
import { dateOf, dayOfDate, firstDayOf, TimeZone } from "./time-zone.ts";

const berlin = new TimeZone("Europe/Berlin");
const at = (text: string) => Date.parse(text);

it("knows the day and the hour of a place, also where the clock changes", () => {
  expect(dateOf(berlin.dayOf(at("2026-11-27T23:30:00Z")))).toBe("2026-11-28");
  expect(berlin.hourOf(at("2026-11-27T23:30:00Z"))).toBe(0);
  // In the night to 29 March 2026 the hour from 2 to 3 is left out; on 25 October it comes twice.
  expect(berlin.hourOf(at("2026-03-29T00:59:59Z"))).toBe(1);
  expect(berlin.hourOf(at("2026-03-29T01:00:00Z"))).toBe(3);
  expect(berlin.hourOf(at("2026-10-25T00:30:00Z"))).toBe(2);
  expect(berlin.hourOf(at("2026-10-25T01:30:00Z"))).toBe(2);
  expect(new TimeZone("Asia/Kathmandu").hourOf(at("2026-11-28T00:20:00Z"))).toBe(6);
});

it("finds the beginning of a day, of 23 and of 25 hours too", () => {
  const start = (date: string) => new Date(berlin.startOf(dayOfDate(date))).toISOString();
  expect(start("2026-03-29")).toBe("2026-03-28T23:00:00.000Z");
  expect(start("2026-03-30")).toBe("2026-03-29T22:00:00.000Z");
  expect(start("2026-10-25")).toBe("2026-10-24T22:00:00.000Z");
  expect(start("2026-10-26")).toBe("2026-10-25T23:00:00.000Z");
  const newYork = new TimeZone("America/New_York");
  expect(newYork.startOf(dayOfDate("2026-11-01"))).toBe(at("2026-11-01T04:00:00Z"));
});

it("begins weeks on Monday and months on the first", () => {
  const first = (date: string, period: "day" | "week" | "month") =>
    dateOf(firstDayOf(dayOfDate(date), period));
  expect(first("2026-11-29", "week")).toBe("2026-11-23");
  expect(first("2026-11-30", "week")).toBe("2026-11-30");
  expect(first("2026-02-28", "month")).toBe("2026-02-01");
  expect(first("2026-11-29", "day")).toBe("2026-11-29");
});

it("refuses a place and a date that there are not", () => {
  expect(() => new TimeZone("Europe/Atlantis")).toThrow(RangeError);
  expect(dayOfDate("2026-02-30")).toBeNaN();
  expect(dayOfDate("2026-11-28T10:00:00Z")).toBeNaN();
});
