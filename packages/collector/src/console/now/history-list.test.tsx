// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { createHistory } from "../state/history.ts";
import { doing, part, show } from "../testing/render.ts";
import { aTransition } from "../testing/session.ts";
import { HistoryList } from "./history-list.tsx";

async function start() {
  const history = createHistory();
  await show(
    <HistoryList id="list" noteId="note" history={history} words={({ cause }) => cause} />,
  );
  return history;
}

const shown = () => [...part("list").children].map((item) => item.getAttribute("data-seq"));
const entries = (...seqs: number[]) => seqs.map((seq) => aTransition({ seq }));

afterEach(() => {
  vi.useRealTimers();
});

describe("HistoryList", () => {
  it("shows each entry once, newest first, even if a new one arrives before older ones", async () => {
    const history = await start();
    await doing(() => history.add(entries(4)));
    await doing(() => history.add(entries(1, 2, 3, 4)));
    expect(shown()).toEqual(["4", "3", "2", "1"]);
    await doing(() => history.clear());
    expect(shown()).toEqual([]);
  });

  it("writes the date where a day begins that is not today", async () => {
    vi.setSystemTime(new Date(2026, 0, 3, 12));
    const history = await start();
    const days = [3, 2, 2].map((day, index) =>
      aTransition({ seq: 3 - index, at: new Date(2026, 0, day, 10).toISOString() }),
    );
    await doing(() => history.add(days));
    const dates = [...part("list").querySelectorAll("time")].map(
      (time) => time.querySelector("b")?.textContent ?? null,
    );
    const second = new Date(2026, 0, 2).toLocaleDateString(undefined, { dateStyle: "medium" });
    expect(dates).toEqual([null, second, null]);
  });

  it("shows a note if the history is empty or could not be read", async () => {
    const history = await start();
    expect(part("note").hidden).toBe(true);
    await doing(() => history.add([]));
    expect([part("note").hidden, part("note").textContent]).toEqual([false, "Nothing yet."]);
    await doing(() => history.fail("Too many."));
    expect(part("note").textContent).toContain("could not be read");
    await doing(() => history.add(entries(1)));
    expect(part("note").hidden).toBe(true);
  });
});
