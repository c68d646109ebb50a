/**
 * Measures what a session costs at the edge, by how many visitors a shard has at the same time. Visitors wait for
 * five minutes, beat every 10 s and leave, in a real workerd whose clock goes faster; the objects count their calls,
 * written rows, alarms and the time for which they are active. Prints the price of a million such sessions on
 * Cloudflare.
 *
 *     node scripts/edge-cost.ts [visitors of a shard...]
 *
 * SPEED=2 lets the clock go twice as fast, for a busy machine: it has to keep up.
 */
import { EdgeSite } from "../e2e/support/edge-site.ts";
import { pause, until } from "../e2e/support/wait.ts";

const LOADS = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [100, 25, 2.5];
const BEATS = 30;
const BEAT_MS = 10_000;
/** Many visitors have this machine's processors for themselves at a lower speed only. */
const speedOf = (visitors: number) =>
  Number(process.env["SPEED"] ?? (visitors > 200 ? 2 : visitors > 5 ? 6 : 20));
/** Sessions of each visitor, one after the other: few visitors have more, for a steady figure. */
const sessionsEach = (visitors: number) => (visitors < 10 ? 6 : 1);

/** US dollars per million: https://developers.cloudflare.com/durable-objects/platform/pricing/ */
const PRICE = { workerRequest: 0.3, objectRequest: 0.15, row: 1, gigabyteSecond: 12.5 };
const OBJECT_GB = 0.128;
/** For each call of the coordinator a shard waits for Cloudflare's network, which is slower than here. */
const NETWORK_SECONDS = 0.05;
const STAYS_MS = 2_000;
/** A session's creation and its transitions. */
const RELAYS = 4;

interface Figures {
  readonly calls: number;
  readonly rowsWritten: number;
  readonly alarmsSet: number;
  readonly alarmsFired: number;
  readonly activeMs: number;
}

const settings = {
  presence: {
    mode: "on",
    beatSeconds: { waiting: 10, assigned: 10, hidden: 10, idle: 10 },
    leaseSeconds: { visible: 15, hidden: 15, frozen: 15 },
  },
};

async function measure(visitorsOfShard: number): Promise<void> {
  const shards = Number.isInteger(visitorsOfShard) ? 1 : 2;
  const visitors = visitorsOfShard * shards;
  const speed = speedOf(visitors);
  const site = await EdgeSite.start(settings, { shards, speed });

  // An object without calls for ten real seconds, which are minutes here, is removed, and forgets its figures.
  const staying = setInterval(() => void read().catch(() => {}), STAYS_MS);

  async function read(): Promise<{ shards: Figures; coordinator: Figures }> {
    const figures = (path: string) => site.request<Figures>("GET", path);
    const all = await Promise.all(
      Array.from({ length: shards }, (_, index) => figures(`/test/${index}/figures`)),
    );
    const sum = (name: keyof Figures) => all.reduce((total, each) => total + each[name], 0);
    const names = ["calls", "rowsWritten", "alarmsSet", "alarmsFired", "activeMs"] as const;
    const total = Object.fromEntries(names.map((name) => [name, sum(name)]));
    return {
      shards: total as unknown as Figures,
      coordinator: await figures("/test/0/coordinator-figures"),
    };
  }

  let signals = 0;
  let late = 0;
  async function visit(visitor: number): Promise<void> {
    await pause(((visitor / visitors) * BEAT_MS) / speed);
    for (let session = 0; session < sessionsEach(visitorsOfShard); session += 1) {
      const id = `conv_${visitor}_${session}`;
      await site.request("PUT", `/v1/sessions/${id}`, { user: id, ticket: { id, status: "new" } });
      const page = site.page(id);
      await page.open();
      for (let beat = 0; beat < BEATS; beat += 1) {
        const startedAt = Date.now();
        await page.beat();
        const restMs = startedAt + BEAT_MS / speed - Date.now();
        if (restMs < 0) late += 1;
        await pause(Math.max(0, restMs));
      }
      await page.leave();
      signals += BEATS + 2;
    }
  }

  const before = await read();
  await Promise.all(Array.from({ length: visitors }, (_, index) => visit(index)));
  const sessions = visitors * sessionsEach(visitorsOfShard);
  await until(
    "all sessions to be offline",
    async () => {
      const path = "/v1/sessions?presence=online&limit=1";
      return (await site.request<{ sessions: unknown[] }>("GET", path)).sessions.length === 0;
    },
    20_000,
  );
  const after = await read();
  clearInterval(staying);
  await site.stop();

  const isComplete = after.shards.calls > before.shards.calls && after.coordinator.calls > sessions;
  if (!isComplete)
    throw new Error("An object has ended meanwhile, and its figures with it: run this again.");
  const ofShards = (name: keyof Figures) => (after.shards[name] - before.shards[name]) / sessions;
  const ofCoordinator = (name: keyof Figures) =>
    (after.coordinator[name] - before.coordinator[name]) / sessions;
  const each = (name: keyof Figures) => ofShards(name) + ofCoordinator(name);
  const requests = signals / sessions + 1;
  const rows = each("rowsWritten") + each("alarmsSet");
  const objectRequests = each("calls") + each("alarmsFired");
  const seconds = each("activeMs") / 1_000 + RELAYS * NETWORK_SECONDS;
  const lines: [string, number, number][] = [
    ["requests of the Worker", requests, PRICE.workerRequest],
    ["calls of objects, alarms that fired", objectRequests, PRICE.objectRequest],
    ["rows written, alarms set", rows, PRICE.row],
    ["GB-seconds of active objects", seconds * OBJECT_GB, PRICE.gigabyteSecond],
  ];
  console.log(`\n${visitorsOfShard} visitors a shard, ${sessions} sessions; for each session:\n`);
  for (const [what, count, price] of lines) {
    console.log(`| ${what} | ${count.toFixed(2)} | ${(count * price).toFixed(2)} |`);
  }
  const total = lines.reduce((sum, [, count, price]) => sum + count * price, 0);
  console.log(`| a million sessions, US dollars | | ${total.toFixed(2)} |`);
  const details = (["rowsWritten", "alarmsSet", "alarmsFired", "calls"] as const).map(
    (name) => `${name} ${ofShards(name).toFixed(2)} + ${ofCoordinator(name).toFixed(2)}`,
  );
  const lateOf100 = (late / (sessions * BEATS)) * 100;
  console.log(
    `\nbeats later than planned, since this machine was busy: ${lateOf100.toFixed(1)} of 100`,
  );
  console.log(`shards + coordinator: ${details.join(", ")}`);
}

for (const load of LOADS) await measure(load);
