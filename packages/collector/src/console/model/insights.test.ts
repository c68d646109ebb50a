import { describe, expect, it } from "vitest";
import { someInsights } from "../testing/insights.ts";
import { bufferRows, findings, type Insights, measuredWords } from "./insights.ts";

const values = (differs: Partial<Insights>) =>
  Object.fromEntries(findings(someInsights(differs)).map(({ name, value }) => [name, value]));
const speedMeaning = (p50: number, p99: number, count: number) =>
  findings(someInsights({ detectionSeconds: { p50, p99, count } }))[1]?.meaning;

describe("measuredWords", () => {
  it("states the period and whether it was a trial run", () => {
    expect(measuredWords(someInsights())).toMatch(
      /^The trial run since .+, not more than 7 days: what presence would have decided. None of it reached the desk.$/,
    );
    const live = someInsights({ track: "live", from: "2026-01-07T00:00:00.000Z" });
    expect(measuredWords(live)).toBe("The last day, live: what presence decided at the desk.");
  });
});

describe("findings", () => {
  it("contain the departures, their detection time and the mistaken ones", () => {
    expect(values({})).toEqual({
      Departures: "120",
      "Noticed after": "15 s",
      "Found gone too early": "6 (5%)",
    });
  });

  it.each([
    [0, "None"],
    [1, "1 (1%)"],
    [150, "150 (100%)"],
  ])("show %i mistaken departures as %s", (contradicted, words) => {
    expect(values({ contradicted })["Found gone too early"]).toBe(words);
  });

  it("say that a verdict counts as right only after a minute", () => {
    const early = (departures: number, undecided: number) => {
      const found = findings(someInsights({ departures, undecided, contradicted: 0 })).at(-1);
      return [found?.value, found?.meaning];
    };
    const back = "Were back within a minute, so they had not really left";
    expect(early(2, 0)).toEqual(["None", back]);
    const still = `${back}. 1 left less than a minute ago and may still come back`;
    expect(early(2, 1)).toEqual(["None so far", still]);
    expect(early(1, 1)).toEqual(["Not known yet", still]);
  });

  it("do not round rare mistakes down to zero", () => {
    expect(values({ departures: 1_000, contradicted: 3 })["Found gone too early"]).toBe(
      "3 (under 1%)",
    );
  });

  it("name the slowest instead of a percentile below a hundred departures", () => {
    expect(speedMeaning(15, 75.4, 200)).toBe("Half of them sooner; 99 of 100 within 1 min 15 s");
    expect(speedMeaning(0.312, 2.04, 5)).toBe("Half of them sooner; the slowest took 2 s");
    expect(speedMeaning(0.312, 0.312, 1)).toBe("From the last sign of life");
  });

  it("are empty before the first departure", () => {
    expect(findings(someInsights({ departures: 0, detectionSeconds: null }))).toEqual([]);
  });
});

describe("bufferRows", () => {
  it("compare the spared mistakes with the added delay", () => {
    expect(bufferRows(someInsights())).toEqual([
      { longerBy: "5 s", spared: "None", cost: "120 noticed later, 10 min in all" },
      { longerBy: "10 s", spared: "4 of 6", cost: "116 noticed later, 19 min 20 s in all" },
    ]);
  });

  it("show no cost if every departure is spared", () => {
    const longerBuffers = [{ bySeconds: 5, spared: 2, delayedSeconds: 0 }];
    const only = someInsights({ departures: 2, contradicted: 2, longerBuffers });
    expect(bufferRows(only)).toEqual([{ longerBy: "5 s", spared: "2 of 2", cost: "Nothing" }]);
  });

  it("are empty if there were no mistaken departures", () => {
    expect(bufferRows(someInsights({ contradicted: 0 }))).toEqual([]);
  });
});
