/**
 * Runs the conformance suite, the scenarios and generated histories on real Durable Objects in
 * workerd.
 */
import { fileURLToPath } from "node:url";
import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEdge } from "../../../../../e2e/support/edge.ts";
import { runScenario } from "../../replay/run.ts";
import {
  clockConformanceCases,
  conformanceCases,
  deskMergeConformanceCases,
  mergeConformanceCases,
  outboxConformanceCases,
  parkingConformanceCases,
  refusalConformanceCases,
  type Skipped,
  scenarios,
  traceConformanceCases,
  trimmingConformanceCases,
} from "../../suite/index.ts";
import { OLD, SURVIVOR } from "../../suite/merges.ts";
import { SESSIONS } from "../../suite/testing/generated.ts";
import { candidateShards } from "./placement.ts";
import { DIRECTORY_CASES } from "./testing/directory.ts";
import { FAILED_WRITE_CASES } from "./testing/failed-write.ts";
import { LAST_SIGNAL_CASES } from "./testing/last-signal.ts";
import type { Task } from "./testing/worker.ts";

const ENTRY = fileURLToPath(new URL("./testing/worker.ts", import.meta.url));
/** Each scenario has its own account, and each search for due sessions calls all their shards. */
const SCENARIOS_PER_RUN = 6;

const SHARDS = 2;

let edge: Miniflare;
beforeAll(async () => {
  edge = await startEdge({ entry: ENTRY, bindings: { STILLHERE_SHARDS: String(SHARDS) } });
});
afterAll(() => edge?.dispose());

async function run(task: Task): Promise<unknown> {
  const init = { method: "POST", body: JSON.stringify(task) };
  const response = await edge.dispatchFetch("http://edge.test/", init);
  const { result, error } = (await response.json()) as { result?: unknown; error?: string };
  if (error !== undefined) throw new Error(error);
  return result;
}

describe("Durable Objects", () => {
  it("have the two sessions of a merge in two shards", () => {
    const shards = [OLD, SURVIVOR].map(({ id }) => candidateShards(id, [SHARDS]).at(0));
    expect(new Set(shards).size).toBe(2);
  });

  it.for(
    [
      ...conformanceCases,
      ...outboxConformanceCases,
      ...clockConformanceCases,
      ...mergeConformanceCases,
      ...traceConformanceCases,
      ...deskMergeConformanceCases,
      ...parkingConformanceCases,
      ...refusalConformanceCases,
      ...trimmingConformanceCases,
    ].map(({ name }) => name),
  )("%s", async (name, { skip }) => {
    const result = (await run({ type: "conformance", name })) as true | Skipped;
    if (result !== true) skip(result.skipped);
  });
});

describe("a row of a shard", () => {
  it("that cannot be read stops its own session, and is no outage of the shard", async () => {
    expect(await run({ type: "unreadable" })).toBe(true);
  });
});

describe("a write that fails", () => {
  it.each(Object.keys(FAILED_WRITE_CASES) as (keyof typeof FAILED_WRITE_CASES)[])(
    "%s",
    async (name) => {
      expect(await run({ type: "failed write", name })).toBe(true);
    },
  );
});

describe("the last signal of a shard whose object starts", () => {
  it.each(Object.keys(LAST_SIGNAL_CASES) as (keyof typeof LAST_SIGNAL_CASES)[])(
    "%s",
    async (name) => {
      expect(await run({ type: "last signal", name })).toBe(true);
    },
  );
});

describe("a shard", () => {
  it("drops settings and silences that no session of it needs any more, and goes by the last ones", async () => {
    expect(await run({ type: "trimming" })).toBe(true);
  });

  it("does not take what its sweep has not come to for an outage, unless that stands still", async () => {
    expect(await run({ type: "late sweep" })).toBe(true);
  });
});

describe("an account of silent shards", () => {
  it("is unheard since the first of them is, until the last is heard again, 10 minutes at most", async () => {
    expect(await run({ type: "silence" })).toBe(true);
  });
});

describe("the directory", () => {
  it.each(Object.keys(DIRECTORY_CASES) as (keyof typeof DIRECTORY_CASES)[])("%s", async (name) => {
    expect(await run({ type: "directory", name })).toBe(true);
  });
});

describe("scenarios over Durable Objects", () => {
  const starts = scenarios.map((_, index) => index).filter((at) => at % SCENARIOS_PER_RUN === 0);
  it.each(starts)("have the outcome that the rules define, from index %d on", async (start) => {
    const group = scenarios.slice(start, start + SCENARIOS_PER_RUN);
    expect(await run({ type: "scenarios", scenarios: group })).toEqual(group.map(runScenario));
  });
});

describe("generated histories over Durable Objects", () => {
  const play = (of: "any" | "merging", defaultRuns: number) => {
    const runs = Number(process.env["RUNS"] ?? defaultRuns);
    return run({ type: "histories", of, runs, seed: Number(process.env["SEED"]) });
  };

  // Shrinking a failure may take a while.
  it("have the same outcome as in the memory store", async () => {
    expect(await play("any", 14)).toBe(true);
  }, 300_000);

  it("with merges between two shards have it too, and keep the invariants", async () => {
    const shards = SESSIONS.map((id) => candidateShards(id, [SHARDS]).at(0));
    expect(new Set(shards).size).toBe(2);
    expect(await play("merging", 8)).toBe(true);
  }, 300_000);
});
