// @vitest-environment happy-dom
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Insights } from "../model/insights.ts";
import { someInsights } from "../testing/insights.ts";
import { startInsights } from "./insights.ts";

const PAGE = readFileSync(`${import.meta.dirname}/../index.html`, "utf8");

beforeEach(() => {
  vi.useFakeTimers();
  const page = document.createElement("template");
  page.innerHTML = PAGE;
  document.body.innerHTML = page.content.querySelector("#insights")?.outerHTML ?? "";
});
afterEach(() => void vi.useRealTimers());

const part = (id: string) => document.getElementById(id) as HTMLElement;

async function toggle(isOpen: boolean): Promise<void> {
  (part("insights") as HTMLDetailsElement).open = isOpen;
  await vi.advanceTimersByTimeAsync(0);
}

async function opened(differs: Partial<Insights> = {}) {
  const insights = vi.fn(async () => someInsights(differs));
  startInsights({ insights });
  await toggle(true);
  return insights;
}

describe("startInsights", () => {
  it("reads when it is opened and each minute while it is open", async () => {
    const insights = await opened();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(insights).toHaveBeenCalledTimes(3);
    await toggle(false);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(insights).toHaveBeenCalledTimes(3);
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
    startInsights({ insights });
    await toggle(true);
    expect(part("insights-status").textContent).toContain("could not be read");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(part("insights-status").textContent).toContain("trial run");
  });
});
