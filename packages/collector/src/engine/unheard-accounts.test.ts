import { describe, expect, it } from "vitest";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { SilenceSimulation, type VisitorPlan } from "../suite/testing/silence-simulation.ts";

const ACCOUNT = "shop";

function waiting(count: number, change: Partial<VisitorPlan> = {}): VisitorPlan[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `v${index}`,
    pages: [{ kind: "waiting" as const, firstAt: 600 + (index * 10_000) / count }],
    ...change,
  }));
}

describe("an account whose way to the collector is cut for 60 s", () => {
  it("with 12 visitors has nobody offline, and who left meanwhile is gone afterwards", async () => {
    const leaving = waiting(12).map((plan, index) =>
      index % 4 === 0 ? { ...plan, departure: { at: 60_000, isSilent: index === 0 } } : plan,
    );
    const simulation = new SilenceSimulation(new MemoryStore());
    await simulation.addAccount(ACCOUNT, leaving, [{ from: 40_000, to: 100_000 }]);
    await simulation.run(150_000);
    const { verdicts, unheard, online } = await simulation.outcomeOf(ACCOUNT);
    expect(unheard).toEqual([{ from: 48_600, to: 100_000 }]);
    expect(online.size).toBe(9);
    expect(verdicts.map(({ visitor }) => visitor).sort()).toEqual(["v0", "v4", "v8"]);
  });
});
