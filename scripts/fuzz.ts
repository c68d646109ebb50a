/**
 * `pnpm fuzz [requests] [redis]` (default a million, on a SQLite file): sends malformed requests to a real collector, and reports
 * failures and memory after each round.
 */
import { TestCollector } from "../e2e/support/collector.ts";
import { fuzz } from "../e2e/support/fuzz.ts";
import { RedisServer } from "../e2e/support/redis.ts";

const wanted = Number(process.argv[2] ?? 1_000_000);
const ROUND = 50_000;
const server = process.argv[3] === "redis" ? await RedisServer.start() : null;
const collector = await TestCollector.start(...(server ? ["--store", server.url] : []));
const { token } = await collector.request<{ token: string }>("POST", "/v1/tokens", {
  session: "fuzz",
  ttlSeconds: 86_400,
});

let sent = 0;
let failed = 0;
while (sent < wanted) {
  const seed = Date.now() % 2 ** 31;
  const report = await fuzz(collector, token, Math.min(ROUND, wanted - sent), seed);
  sent += report.requests;
  failed += report.failures.length;
  for (const failure of report.failures.slice(0, 5)) console.log(failure);
  const metrics = await (await fetch(`${collector.url}/metrics`)).text();
  const residentBytes = Number(/^process_resident_memory_bytes (\S+)$/m.exec(metrics)?.[1]);
  const answers = Object.entries(report.statuses).map(([status, count]) => `${status}×${count}`);
  const memory = `${Math.round(residentBytes / 1e6)} MB`;
  console.log(`${sent} sent, ${failed} failed, ${memory} (seed ${seed}): ${answers.join(" ")}`);
}
await collector.stop();
await server?.stop();
process.exit(failed === 0 ? 0 : 1);
