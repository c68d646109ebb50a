/**
 * What a shard reads and writes, as it counts itself.
 * @module
 */
import type { EdgeSite } from "./edge-site.ts";

export interface ShardFigures {
  readonly rowsWritten: number;
  readonly rowsRead: number;
}

/** Of the first shard. */
export function figuresOf(site: EdgeSite): Promise<ShardFigures> {
  return site.request("GET", "/test/0/figures");
}

/** What the shard counts while `work` is done. */
export async function countOf(site: EdgeSite, work: () => Promise<unknown>): Promise<ShardFigures> {
  const before = await figuresOf(site);
  await work();
  const after = await figuresOf(site);
  return {
    rowsWritten: after.rowsWritten - before.rowsWritten,
    rowsRead: after.rowsRead - before.rowsRead,
  };
}

/** Changes a setting, and does what the alarm does after that. */
export async function changeSetting(site: EdgeSite, inactivitySeconds: number): Promise<void> {
  await site.request("PATCH", "/v1/settings", { inactivity: { seconds: inactivitySeconds } });
  await site.request("POST", "/test/0/advance/0");
}
