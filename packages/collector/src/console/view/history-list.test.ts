// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { aTransition } from "../testing/session.ts";
import { startHistoryList } from "./history-list.ts";

function start() {
  const list = document.createElement("ol");
  const note = document.createElement("p");
  const history = startHistoryList(list, note, ({ cause }) => cause);
  const shown = () => [...list.children].map((item) => item.getAttribute("data-seq"));
  return { history, note, shown };
}

const entries = (...seqs: number[]) => seqs.map((seq) => aTransition({ seq }));

describe("startHistoryList", () => {
  it("shows each entry once, newest first, even if a new one arrives before older ones", () => {
    const { history, shown } = start();
    history.add(entries(4));
    history.add(entries(1, 2, 3, 4));
    expect(shown()).toEqual(["4", "3", "2", "1"]);
    history.clear();
    expect(shown()).toEqual([]);
  });

  it("shows a note if the history is empty or could not be read", () => {
    const { history, note } = start();
    history.clear();
    expect(note.hidden).toBe(true);
    history.add([]);
    expect([note.hidden, note.textContent]).toEqual([false, "Nothing yet."]);
    history.fail();
    expect(note.textContent).toContain("could not be read");
    history.add(entries(1));
    expect(note.hidden).toBe(true);
  });
});
