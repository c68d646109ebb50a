import { expect, it } from "vitest";
import { createListWork, createWork } from "./work.ts";

/** A promise for each call, to be kept in any order. */
function answers<T>() {
  const pending: ((value: T) => void)[] = [];
  return {
    ask: () => new Promise<T>((resolve) => pending.push(resolve)),
    give: (index: number, value: T) => pending[index]?.(value),
  };
}

it("shows the answer of the reading that began last, also where an earlier one answers after it", async () => {
  const { ask, give } = answers<readonly string[]>();
  const work = createListWork(ask, (found) => found);
  const readings = [work.read(), work.read()];
  give(1, ["new"]);
  await readings[1];
  give(0, ["old"]);
  await readings[0];
  expect(work.list.value).toEqual(["new"]);
});

it("is busy until all of its tasks have ended", async () => {
  const { ask, give } = answers<string>();
  const work = createWork();
  const tasks = [work.run(ask), work.run(ask)];
  give(1, "");
  await tasks[1];
  expect(work.isBusy.value).toBe(true);
  give(0, "");
  await tasks[0];
  expect(work.isBusy.value).toBe(false);
});

it("keeps what a task has said when one that began before it ends without words", async () => {
  const { ask, give } = answers<string>();
  const work = createWork();
  const tasks = [work.run(ask), work.run(ask)];
  give(1, "It is done.");
  await tasks[1];
  give(0, "");
  await tasks[0];
  expect(work.status.value).toBe("It is done.");
});

it("reports a change that was made also where the list cannot be read after it", async () => {
  const work = createListWork(
    () => Promise.reject(new TypeError("away")),
    () => [],
  );
  expect(await work.change(async () => "It was deleted.")).toBe(true);
  expect(work.status.value).toBe(
    "It was deleted. This list could not be read after that, and may be old.",
  );
});

it("shows the list as it is after a change", async () => {
  let listed = ["a", "b"];
  const work = createListWork(
    async () => listed,
    (found) => found,
  );
  await work.read();
  await work.change(async () => {
    listed = ["b"];
    return "It was deleted.";
  });
  expect([work.list.value, work.status.value]).toEqual([["b"], "It was deleted."]);
});
