import fc from "fast-check";
import { afterEach, describe, it } from "vitest";
import { MemoryStore } from "./memory/memory-store.ts";
import { SqliteStore } from "./sqlite/sqlite-store.ts";
import type { Store } from "./store.ts";
import { checkLists, writeListed } from "./suite/list-model.ts";
import { type GeneratedLists, generatedLists } from "./suite/testing/generated-lists.ts";

const runs = Number(process.env["RUNS"] ?? 200);

const DRIVERS: Record<string, () => Store> = {
  memory: () => new MemoryStore(),
  SQLite: () => new SqliteStore(":memory:"),
};

let store: Store | null = null;
afterEach(() => store?.close());

describe.each(Object.entries(DRIVERS))("a list of the %s store", (_, open) => {
  it("has what the sessions say, for any sessions and any query", async () => {
    const check = async ({ created, changed, erased, queries }: GeneratedLists) => {
      await store?.close();
      store = open();
      await checkLists(store, await writeListed(store, created, changed, erased), queries);
    };
    await fc.assert(fc.asyncProperty(generatedLists, check), { numRuns: runs });
  });
});
