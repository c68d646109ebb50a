/**
 * Measures what a session costs at the edge. Visitors wait, beat and leave in a real workerd, with all
 * durations a twentieth of the defaults; the objects count their calls, written rows and alarms. Prints
 * the price of a million such sessions on Cloudflare.
 *
 *     node scripts/edge-cost.ts [sessions]
 */
import { EdgeSite } from "../e2e/support/edge-site.ts";
import { pause, until } from "../e2e/support/wait.ts";

const SESSIONS = Number(process.argv[2] ?? 100);
const FASTER = 20;
/** A visitor waits for five minutes with the default of a beat every 10 s. */
const BEATS = 30;
const BEAT_MS = 10_000 / FASTER;
const SHARDS = 2;

/** US dollars per million: https://developers.cloudflare.com/durable-objects/platform/pricing/ */
const PRICE = { workerRequest: 0.3, objectRequest: 0.15, row: 1, gigabyteSecond: 12.5 };
const OBJECT_GB = 0.128;
/** Concurrent sessions per shard, which share the cost of an object being awake. */
const SESSIONS_A_SHARD = 1_000;

interface Figures {
  readonly calls: number;
  readonly rowsWritten: number;
  readonly alarmsSet: number;
  readonly alarmsFired: number;
}

const seconds = (value: number) => value / FASTER;
const site = await EdgeSite.start(
  {
    presence: {
      mode: "on",
      bufferSeconds: seconds(15),
      closeBufferSeconds: seconds(5),
      navigationBufferSeconds: seconds(20),
      beatSeconds: { waiting: 0.5, assigned: 0.5, hidden: 0.5, idle: 0.5 },
      leaseSeconds: { visible: seconds(15), hidden: seconds(15), frozen: seconds(15) },
    },
  },
  { shards: SHARDS },
);

async function read(): Promise<Figures> {
  const paths = Array.from({ length: SHARDS }, (_, index) => `/test/${index}/figures`);
  const all = await Promise.all(
    [...paths, "/test/0/coordinator-figures"].map((path) => site.request<Figures>("GET", path)),
  );
  const sum = (name: keyof Figures) => all.reduce((total, each) => total + each[name], 0);
  return {
    calls: sum("calls"),
    rowsWritten: sum("rowsWritten"),
    alarmsSet: sum("alarmsSet"),
    alarmsFired: sum("alarmsFired"),
  };
}

let signals = 0;
async function visit(index: number): Promise<void> {
  const id = `conv_${index}`;
  await pause((index / SESSIONS) * BEAT_MS);
  await site.request("PUT", `/v1/sessions/${id}`, { user: id, ticket: { id, status: "new" } });
  const page = site.page(id);
  await page.open();
  for (let beat = 0; beat < BEATS; beat += 1) {
    const startedAt = Date.now();
    await page.beat();
    await pause(Math.max(0, startedAt + BEAT_MS - Date.now()));
  }
  await page.leave();
  signals += BEATS + 2;
}

const before = await read();
await Promise.all(Array.from({ length: SESSIONS }, (_, index) => visit(index)));
await until(
  "all sessions to be offline",
  async () => {
    const path = `/v1/sessions?presence=offline&limit=${SESSIONS}`;
    return (await site.request<{ sessions: unknown[] }>("GET", path)).sessions.length === SESSIONS;
  },
  20_000,
);
const after = await read();
await site.stop();

const each = (name: keyof Figures) => (after[name] - before[name]) / SESSIONS;
const requests = signals / SESSIONS + 1;
const rows = each("rowsWritten") + each("alarmsSet");
const objectRequests = each("calls") + each("alarmsFired");
const awakeSeconds = (BEATS * 10) / SESSIONS_A_SHARD;
const lines: [string, number, number][] = [
  ["requests of the Worker", requests, PRICE.workerRequest],
  ["calls of objects, alarms that fired", objectRequests, PRICE.objectRequest],
  ["rows written, alarms set", rows, PRICE.row],
  ["GB-seconds of objects awake", awakeSeconds * OBJECT_GB, PRICE.gigabyteSecond],
];
console.log(`${SESSIONS} sessions of ${BEATS} beats each; per session:\n`);
for (const [what, count, price] of lines) {
  const dollars = (count * price).toFixed(2);
  console.log(`| ${what} | ${count.toFixed(2)} | ${dollars} |`);
}
const total = lines.reduce((sum, [, count, price]) => sum + count * price, 0);
console.log(`| a million sessions, US dollars | | ${total.toFixed(2)} |`);
console.log(
  `\nof these: alarms set ${each("alarmsSet").toFixed(2)}, fired ${each("alarmsFired").toFixed(2)}, rows ${each("rowsWritten").toFixed(2)}, calls ${each("calls").toFixed(2)}`,
);
