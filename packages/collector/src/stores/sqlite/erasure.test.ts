import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { nextTurn } from "../../async/turns.ts";
import { ACCOUNT, keyOf, NOW, transitionOf, writeOf } from "../suite/index.ts";
import { SqliteStore } from "./sqlite-store.ts";

const folder = mkdtempSync(join(tmpdir(), "stillhere-erasure-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ENTRIES = 2_000;

it("erases a long history in parts, and a repetition finishes what ended half way", async () => {
  const path = join(folder, "long.db");
  const store = await SqliteStore.open(path);
  const transitions = Array.from({ length: ENTRIES }, (_, index) => transitionOf(index + 1));
  await store.commit([writeOf("a", { transitions }), writeOf("b", { transitions })]);
  const erasing = store.erase(keyOf("a"), { erasedAt: NOW });
  const failed = expect(erasing).rejects.toThrow();
  const entriesOf = (id: string) => store.history(keyOf(id), 0, ENTRIES);
  for (let left = ENTRIES; left === ENTRIES; left = (await entriesOf("a")).length) await nextTurn();
  expect((await entriesOf("a")).length).toBeGreaterThan(0);
  expect(await store.count(ACCOUNT)).toBe(2);
  await store.close();
  await failed;
  const again = await SqliteStore.open(path);
  expect(await again.erase(keyOf("a"), { erasedAt: NOW })).toBe(true);
  expect(await again.history(keyOf("a"), 0, ENTRIES)).toEqual([]);
  expect(await again.history(keyOf("b"), 0, ENTRIES)).toHaveLength(ENTRIES);
  expect(await again.count(ACCOUNT)).toBe(1);
  expect(await again.erase(keyOf("a"), { erasedAt: NOW })).toBe(false);
  await again.close();
});
