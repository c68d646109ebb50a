import { expect, it } from "vitest";
import { TurnBudget } from "./turns.ts";

it("lets other callbacks run after a number of steps", async () => {
  let hasRun = false;
  setImmediate(() => {
    hasRun = true;
  });
  const budget = new TurnBudget();
  for (let step = 0; step < 100; step += 1) await budget.step();
  expect(hasRun).toBe(true);
});
