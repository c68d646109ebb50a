/**
 * `pnpm bench`: measures all promises about speed and size on this machine in one run.
 *
 * - `--short` measures only the ratios to a bare handler, in less than a minute;
 * - `--sessions LIST` sets the numbers of sessions to measure (default 1000,10000,100000,1000000);
 * - `--soak MINUTES` adds a soak test at half load with the most sessions (default none);
 * - `--json FILE` sets where the figures are written (default bench-results.json);
 * - `--docs` writes the table and the charts into docs/performance.md.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { RedisServer } from "../e2e/support/redis.ts";
import { measureBurst, measureHerd, measureUnderLoad } from "./deadlines.ts";
import { BenchFixture } from "./fixture.ts";
import { type IngestFigures, type IngestOptions, measureIngest } from "./ingest.ts";
import { measureStream, measureWebhooks } from "./latency.ts";
import { plot } from "./plot.ts";
import { type Line, line, machine, markdown, text } from "./report.ts";
import { measureSoak } from "./soak.ts";
import { measureSteadyState } from "./steady-state.ts";

const { values: options } = parseArgs({
  options: {
    short: { type: "boolean", default: false },
    sessions: { type: "string", default: "1000,10000,100000,1000000" },
    soak: { type: "string", default: "0" },
    json: { type: "string", default: "bench-results.json" },
    docs: { type: "boolean", default: false },
  },
});

const LIVE = 20_000;
const STEADY_STATE = 100_000;
const MANY = 1_000_000;
const FULL: Omit<IngestOptions, "sessions"> = { rounds: 5, warmUpMs: 8_000, measureMs: 3_000 };
const SHORT: Omit<IngestOptions, "sessions"> = { rounds: 5, warmUpMs: 3_000, measureMs: 800 };

const lines: Line[] = [];
const figures: Record<string, unknown> = { machine: machine(), at: new Date().toISOString() };
const fixture = new BenchFixture();

function record(key: string, value: unknown, ...rows: readonly Line[]): void {
  figures[key] = value;
  lines.push(...rows);
  console.error(text(rows));
}

/** Measures ingestion on a new server, and stops the server. */
async function ingest(store: string, ingestOptions: IngestOptions): Promise<IngestFigures> {
  const { server, ...measured } = await measureIngest(fixture, store, ingestOptions);
  await server.stop();
  return measured;
}

function ingestLines(what: string, measured: IngestFigures, minRatio: number | null): Line[] {
  return [
    line(
      `${what}: against a bare handler`,
      measured.ratio,
      "",
      minRatio === null ? {} : { min: minRatio },
    ),
    line(`${what}: signals`, measured.perSecond, "a second"),
    line(`${what}: bare handler`, measured.barePerSecond, "a second"),
    line(`${what}: p50`, measured.p50Ms, "ms"),
    line(`${what}: p99`, measured.p99Ms, "ms"),
    line(`${what}: processor time of a signal`, measured.cpuMicros, "µs"),
  ];
}

async function redis(
  ingestOptions: Omit<IngestOptions, "sessions">,
  sessions: number,
): Promise<void> {
  if (spawnSync("redis-server", ["--version"]).error) {
    console.error("Redis: skipped, redis-server is not installed.");
    return;
  }
  const server = await RedisServer.start("--save", "");
  try {
    const measured = await ingest(server.url, { sessions, ...ingestOptions });
    record("redis", measured, ...ingestLines("Redis, one collector", measured, 0.4));
  } finally {
    await server.stop();
  }
}

async function short(): Promise<void> {
  const ingestOptions = { sessions: 5_000, ...SHORT };
  for (const store of ["sqlite", "memory"]) {
    const measured = await ingest(store, ingestOptions);
    record(store, measured, ...ingestLines(`${store}, 5,000 sessions`, measured, null));
  }
}

async function full(): Promise<void> {
  const live = await ingest("sqlite", { sessions: LIVE, ...FULL });
  record("sqlite", live, ...ingestLines("SQLite, 20,000 sessions", live, 0.8));
  const memory = await ingest("memory", { sessions: LIVE, ...FULL });
  record("memory", memory, ...ingestLines("memory, 20,000 sessions", memory, null));
  await redis(FULL, LIVE);

  const steady = await measureSteadyState(fixture, STEADY_STATE);
  record(
    "life",
    steady,
    line(
      "100,000 pages that beat every 10 s under leases of 15 s: signals",
      steady.perSecond,
      "a second",
    ),
    line("… refused", steady.refused, "", { max: 0 }),
    line("… marked offline", steady.markedOffline, "", { max: 0 }),
    line("… answered within, p99", steady.p99Ms, "ms"),
    line("… processor time of a signal", steady.cpuMicros, "µs"),
    line("… memory of the process", steady.rssBytes / 1e6, "MB"),
  );

  const burst = await measureBurst(fixture, 100_000);
  record(
    "burst",
    burst,
    line("100,000 deadlines in a second: the last is late by", burst.maxMs / 1_000, "s", {
      max: 2,
    }),
  );
  const rate = Math.round(live.perSecond / 2);
  const load = { name: "under-load", sessions: LIVE, silent: 20_000, rate, forMs: 20_000 };
  const loaded = await measureUnderLoad(fixture, load);
  record(
    "underLoad",
    loaded,
    line(
      `verdicts at ${rate.toLocaleString("en")} signals a second: late by, p99`,
      loaded.p99Ms,
      "ms",
      { max: 500 },
    ),
  );
  const herd = await measureHerd(fixture, 100_000, 25_000);
  record(
    "herd",
    herd,
    line("100,000 pages come back in 25 s: refused", herd.refused + (100_000 - herd.pages), "", {
      max: 0,
    }),
    line("… marked offline", herd.markedOffline, "", { max: 0 }),
    line("… answered within, p99", herd.p99Ms, "ms"),
  );
  const stream = await measureStream(20);
  record(
    "stream",
    stream,
    line("commit to stream at 1,000 signals a second: p99", stream.p99Ms, "ms", { max: 50 }),
  );
  const webhooks = await measureWebhooks(20);
  record(
    "webhooks",
    webhooks,
    line("commit to webhook at 1,000 signals a second: p99", webhooks.p99Ms, "ms", { max: 100 }),
  );
  await growth();
}

/** Measures how cost grows with the number of sessions, and the size of a session at the largest. */
async function growth(): Promise<void> {
  const counts = options.sessions.split(",").map(Number);
  const empty = await fixture.startCollector({
    store: `sqlite:${fixture.path("empty")}`,
    sessions: 0,
  });
  const emptyBytes = (await empty.figures()).rssBytes;
  await empty.stop();
  const rows: (IngestFigures & { readonly lateP99Ms: number })[] = [];
  for (const sessions of counts) {
    const { server, ...measured } = await measureIngest(fixture, "sqlite", { sessions, ...FULL });
    const minutes = Number(options.soak);
    if (sessions === counts.at(-1) && minutes > 0) {
      const name = `ingest-${sessions}`;
      const soak = { name, sessions, rate: Math.round(measured.perSecond / 2), minutes };
      const soaked = await measureSoak(fixture, server, soak);
      const [first = 0, last = 0] = [soaked.rssBytes[0], soaked.rssBytes.at(-1)];
      record(
        "soak",
        soaked,
        line(`soak of ${minutes} min: memory at its end against its beginning`, last / first, "", {
          max: 1.1,
        }),
      );
    }
    await server.stop();
    const late = await measureUnderLoad(fixture, {
      name: `ingest-${sessions}`,
      sessions,
      silent: 5_000,
      rate: Math.round(measured.perSecond / 2),
      forMs: 10_000,
    });
    rows.push({ ...measured, lateP99Ms: late.p99Ms });
    if (sessions === MANY) {
      record(
        "many",
        measured,
        ...ingestLines("SQLite, 1,000,000 sessions", measured, 0.7),
        line(
          "SQLite, 1,000,000 sessions: signals, each its page's first here",
          measured.firstPerSecond,
          "a second",
        ),
        line("memory of a session", (measured.rssBytes - emptyBytes) / sessions, "bytes", {
          max: 500,
        }),
        line("SQLite file for a session", measured.fileBytes / sessions, "bytes", { max: 700 }),
        line("1,000,000 sessions: verdicts at half load late by, p99", late.p99Ms, "ms", {
          max: 500,
        }),
      );
    }
  }
  figures["growth"] = rows;
  const drawing = plot(counts, [
    { title: "Signals a second", unit: "", values: rows.map(({ perSecond }) => perSecond) },
    { title: "Answer, p99", unit: "ms", values: rows.map(({ p99Ms }) => p99Ms) },
    { title: "Memory", unit: "MB", values: rows.map(({ rssBytes }) => rssBytes / 1e6) },
    {
      title: "Verdict late by, p99, at half load",
      unit: "ms",
      values: rows.map(({ lateP99Ms }) => lateP99Ms),
    },
  ]);
  if (options.docs)
    writeFileSync(new URL("../docs/images/performance.svg", import.meta.url), drawing);
}

/** Writes the table between the markers in docs/performance.md. */
function writeDocs(): void {
  const path = new URL("../docs/performance.md", import.meta.url);
  const [begin, end] = ["<!-- measured -->", "<!-- /measured -->"];
  const page = readFileSync(path, "utf8");
  const [before, rest = ""] = page.split(begin);
  const after = rest.split(end)[1] ?? "";
  const where = `On ${machine()}, ${new Date().toISOString().slice(0, 10)}:`;
  writeFileSync(path, `${before}${begin}\n\n${where}\n\n${markdown(lines)}\n\n${end}${after}`);
}

try {
  await (options.short ? short() : full());
} finally {
  await fixture.tearDown();
  writeFileSync(options.json, `${JSON.stringify({ ...figures, lines }, null, 2)}\n`);
}
console.log(`\n${machine()}\n\n${text(lines)}`);
if (options.docs) writeDocs();
process.exit(0);
