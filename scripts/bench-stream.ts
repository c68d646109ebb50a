/**
 * `pnpm bench:stream [seconds]` (default 20): measures the latency from a commit to the stream at 1,000
 * signals per second. It counts from the transition's time, which is before its commit, until the client
 * has received it, so the figures are slightly too high.
 */
import { Agent, request } from "node:http";
import { TestCollector } from "../e2e/support/collector.ts";
import { pause } from "../e2e/support/wait.ts";

const SECONDS = Number(process.argv[2] ?? 20);
const TICK_MS = 5;
/** Signals in each tick. */
const PER_TICK = 5;
const SESSIONS = 200;
const MAX_P99_MS = 50;

const collector = await TestCollector.start();
const settings = { termsAccepted: true, presence: { mode: "on", bufferSeconds: 0.05 } };
await collector.request("PATCH", "/v1/settings", { ...settings, binding: "open" });
for (let index = 0; index < SESSIONS; index += 1) {
  await collector.request("PUT", `/v1/sessions/bench_${index}`, { ticket: { id: String(index) } });
}

const latenciesMs: number[] = [];
const reading = new AbortController();
const stream = await fetch(`${collector.url}/v1/stream`, {
  headers: { Authorization: `Bearer ${collector.keys.secret}` },
  signal: reading.signal,
});
const reader = (async () => {
  let rest = "";
  for await (const chunk of stream.body ?? []) {
    const now = Date.now();
    const lines = (rest + new TextDecoder().decode(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (!line.startsWith("data: ")) continue;
      const { at, cause } = JSON.parse(line.slice(6)) as { at: string; cause: string };
      // Excludes verdicts: their time is when they were due, not when they were committed.
      if (cause === "signal") latenciesMs.push(now - Date.parse(at));
    }
  }
})().catch(() => {});

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
let [answered, refused] = [0, 0];

function signal(body: object): void {
  const outgoing = request(`${collector.url}/v1/signals`, { method: "POST", agent }, (response) => {
    if (response.statusCode === 200) answered += 1;
    else refused += 1;
    response.resume();
  });
  outgoing.end(JSON.stringify({ v: 1, key: collector.keys.publishable, ...body }));
}

const startedAt = Date.now();
let sent = 0;
while (Date.now() - startedAt < SECONDS * 1000) {
  // Catches up with the schedule if the timer is late.
  const due = Math.floor(((Date.now() - startedAt) / TICK_MS) * PER_TICK);
  for (; sent < due; sent += 1) {
    const session = `bench_${sent % SESSIONS}`;
    const round = Math.floor(sent / SESSIONS);
    const page = { page: "p", gen: Math.floor(round / 2), session };
    // Every fifth visitor alternates between open and leave, so that presence changes.
    if (sent % 5 === 0 && round % 2 === 1) signal({ ...page, type: "leave", to: "gone" });
    else signal({ ...page, type: "open", seq: round, visible: true });
  }
  await pause(TICK_MS);
}
await pause(1_000);
reading.abort();
await reader;
agent.destroy();
await collector.stop();

const sorted = latenciesMs.toSorted((a, b) => a - b);
const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
console.log(`signals answered   ${Math.round(answered / SECONDS)} a second, ${refused} refused`);
console.log(`transitions read   ${sorted.length}`);
console.log(
  `commit to stream   p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`,
);
process.send?.({ p50Ms: at(0.5), p99Ms: at(0.99), perSecond: Math.round(answered / SECONDS) });
process.exit(at(0.99) <= MAX_P99_MS ? 0 : 1);
