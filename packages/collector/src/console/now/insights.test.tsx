// @vitest-environment happy-dom
import { signal } from "@preact/signals";
import { render } from "preact";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Insights as Measured } from "../model/insights.ts";
import { someInsights } from "../testing/insights.ts";
import { doing, part, show } from "../testing/render.ts";
import { Insights } from "./insights.tsx";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pass = (ms: number) => doing(() => vi.advanceTimersByTimeAsync(ms));

async function toggle(isOpen: boolean): Promise<void> {
  await doing(() => {
    part<HTMLDetailsElement>("insights").open = isOpen;
    return vi.advanceTimersByTimeAsync(0);
  });
}

async function opened(differs: Partial<Measured> = {}) {
  const insights = vi.fn(async () => someInsights(differs));
  const verdicts = signal(0);
  await show(<Insights api={{ insights }} verdicts={verdicts} mode="shadow" />);
  await toggle(true);
  return { insights, verdicts };
}

describe("Insights", () => {
  it("reads when it is opened and each minute while it is open", async () => {
    const { insights } = await opened();
    await pass(120_000);
    expect(insights).toHaveBeenCalledTimes(3);
    await toggle(false);
    await pass(120_000);
    expect(insights).toHaveBeenCalledTimes(3);
  });

  it("reads again with each verdict that a row shows, with a pause in between", async () => {
    const { insights, verdicts } = await opened();
    await doing(() => {
      verdicts.value += 1;
      verdicts.value += 1;
    });
    expect(insights).toHaveBeenCalledTimes(1);
    await pass(5_000);
    expect(insights).toHaveBeenCalledTimes(2);
  });

  it("reads again when presence is switched, since another track is measured then", async () => {
    const { insights, verdicts } = await opened();
    const api = { insights };
    await show(<Insights api={api} verdicts={verdicts} mode="shadow" />);
    await toggle(true);
    insights.mockClear().mockResolvedValue(someInsights({ track: "live" }));
    await doing(() => render(<Insights api={api} verdicts={verdicts} mode="on" />, document.body));
    await pass(0);
    expect(insights).toHaveBeenCalledOnce();
    expect(part("insights-status").textContent).toContain("live");
  });

  it("shows the measurements and the longer buffers", async () => {
    await opened();
    expect(part("insights-status").textContent).toContain("trial run");
    expect(part("insights-findings").textContent).toContain("6 (5%)");
    expect(part("insights-rows").children).toHaveLength(2);
    expect(part("insights-empty").hidden).toBe(true);
    expect(part("insights-enough").hidden).toBe(true);
  });

  it("states that the buffer is long enough if there were no mistaken departures", async () => {
    await opened({ contradicted: 0 });
    expect(part("insights-enough").hidden).toBe(false);
    expect(part("insights-buffers").hidden).toBe(true);
  });

  it("explains what it will show before the first departure", async () => {
    await opened({ departures: 0, detectionSeconds: null, contradicted: 0 });
    expect(part("insights-empty").hidden).toBe(false);
    expect(part("insights-enough").hidden).toBe(true);
    expect(part("insights-findings").children).toHaveLength(0);
  });

  it("reports a failed read and retries", async () => {
    const insights = vi.fn(async () => someInsights());
    insights.mockRejectedValueOnce(new TypeError("away"));
    await show(<Insights api={{ insights }} verdicts={signal(0)} mode="shadow" />);
    await toggle(true);
    await pass(0);
    expect(part("insights-status").textContent).toContain("could not be read");
    await pass(60_000);
    expect(part("insights-status").textContent).toContain("trial run");
  });
});
