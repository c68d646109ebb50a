/**
 * Counts the rows that a shard with very many sessions that are over writes for one changed setting, and reads for
 * lists and when its object starts, in a real workerd.
 *
 *     node scripts/edge-ended.ts [sessions that are over]
 */
import { EdgeSite } from "../e2e/support/edge-site.ts";
import { changeSetting, countOf, figuresOf } from "../e2e/support/shard-figures.ts";
import { until } from "../e2e/support/wait.ts";

const ENDED = Number(process.argv[2] ?? 100_000);
const LIVE = 84;
const PART = 2_000;

const LISTS = [
  "/v1/sessions?state=active",
  "/v1/sessions?queue=queued",
  "/v1/queue",
  "/v1/sessions?state=ended&limit=50",
  "/v1/sessions?limit=50",
  "/v1/sessions?presence=online&limit=50",
];

const site = await EdgeSite.start({ presence: { mode: "on" } });
for (let id = 0; id < LIVE; id += 1) {
  await site.request("PUT", `/v1/sessions/live_${id}`, {
    ticket: { id: String(id), status: "new" },
  });
}
for (let filled = 0; filled < ENDED; filled += PART) {
  await site.request("POST", `/test/0/fill-ended/over_${filled}/${Math.min(PART, ENDED - filled)}`);
}

console.log(`${ENDED} sessions that are over, ${LIVE} that are not:\n`);
console.log("| | rows written | rows read |\n| --- | --- | --- |");
const print = (
  what: string,
  { rowsWritten, rowsRead }: { rowsWritten: number; rowsRead: number },
) => console.log(`| ${what} | ${rowsWritten} | ${rowsRead} |`);

print("one changed setting", await countOf(site, () => changeSetting(site, 50)));
for (const path of LISTS) {
  print(`GET ${path}`, await countOf(site, () => site.request("GET", path)));
}
await site.request("POST", "/test/0/crash");
await until("the shard to respond", () => figuresOf(site).then(Boolean, () => false));
print("an object that starts", await figuresOf(site));
await site.stop();
