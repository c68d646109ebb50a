/**
 * The number of shards grows, and the calls that announce it to them fail at first.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { candidateShards } from "../packages/collector/src/stores/durable-object/placement.ts";
import { EdgeSite } from "./support/edge-site.ts";
import { until } from "./support/wait.ts";

const [FEW, SOME, MANY] = [3, 5, 8];
/** Ids of sessions that are created in a shard of few, in one of some, and in one of many. */
function ids(
  name: string,
  isMeant = (_few: number, _some: number, _many: number) => true,
): readonly string[] {
  const all = Array.from({ length: 300 }, (_, index) => `${name}_${index}`);
  const meant = all.filter((id) => isMeant(indexOf(id, FEW), indexOf(id, SOME), indexOf(id, MANY)));
  expect(meant.length).toBeGreaterThanOrEqual(5);
  return meant.slice(0, 5);
}

const indexOf = (id: string, shards: number) => candidateShards(id, [shards])[0] ?? 0;

it("every session is found and none exists twice while shards do not know how many there are", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stillhere-growth-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const small = await EdgeSite.start({}, { shards: FEW, folder });
  for (const id of ids("old")) await small.page(id).open();
  await small.stop();

  const olds = Array.from({ length: FEW }, (_, index) => `stillhere:shard/${index}/default`);
  const knowAll = async (site: EdgeSite) => {
    const grown = await site.request<string[]>("GET", "/test/0/grown");
    return olds.every((name) => grown.includes(name));
  };
  const medium = await EdgeSite.start({}, { shards: SOME, folder });
  const toLast = ids("last", (_few, some) => some === SOME - 1);
  for (const id of toLast) await medium.page(id).open();
  await until("all shards to know the first growth", () => knowAll(medium));
  await medium.stop();

  const site = await EdgeSite.start({}, { shards: MANY, folder, refusesGrowth: true });
  onTestFinished(() => site.stop());
  const openOutdated = async (id: string) => {
    const path = `/test/${indexOf(id, FEW)}/outdated/${id}/${FEW}`;
    expect(await site.request("POST", path)).toBe("applied");
  };
  // Shard 0 knows of one growth less than the last shard of some.
  const taught = ids("taught", (few, some, many) => few > 0 && some > 0 && many === SOME - 1).slice(
    0,
    1,
  );
  for (const id of taught) await site.page(id).open();
  const chained = ids(
    "chained",
    (few, some, many) => few === 0 && some === SOME - 1 && many >= SOME,
  );
  for (const id of chained) await openOutdated(id);
  // Shard 0 learns of it by these, and shard 1 by the next ones.
  const toNew = ids("new", (few, _some, many) => few === 0 && many >= SOME);
  for (const id of toNew) {
    await site.page(id).open();
    await openOutdated(id);
  }
  const toOld = ids("moved", (few, _some, many) => few === 0 && many === 1);
  for (const id of toOld) await openOutdated(id);
  const outdatedFirst = ids("outdated");
  for (const id of outdatedFirst) {
    await openOutdated(id);
    await site.page(id).open();
  }
  const together = ids("together");
  await Promise.all(together.flatMap((id) => [site.page(id).open(), openOutdated(id)]));
  const all = [
    ...ids("old"),
    ...toLast,
    ...taught,
    ...chained,
    ...toNew,
    ...toOld,
    ...outdatedFirst,
    ...together,
  ];
  const found = await Promise.all(all.map((id) => site.session(id)));
  expect(found.map(({ id }) => id)).toEqual(all);
  const list = await site.request<{ sessions: { id: string }[] }>("GET", "/v1/sessions?limit=500");
  expect(list.sessions.map(({ id }) => id)).toEqual(all.toSorted());

  expect(await site.request("GET", "/test/0/grown")).toEqual([]);
  await site.request("POST", "/test/0/allow-growth");
  await until("all shards to know it", async () => {
    await site.request("POST", "/test/0/watchdog");
    return knowAll(site);
  });
});
