/**
 * `node bench/profile.ts [sessions]`: profiles a collector under full load and splits its time by layer.
 * Idle time is left out, and with it the kernel's time for reading sockets, which looks the same to the
 * profiler.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child } from "./child.ts";
import type { ListeningMessage } from "./figures.ts";
import type { LoadResult } from "./generator.ts";
import { createKeys } from "./visitors.ts";

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const LOAD_MS = 20_000;
/** The part of all samples in which the load is steady. */
const STEADY = { from: 0.6, to: 0.95 };

/** Patterns of function name and file; the first match counts. */
const LAYERS: readonly (readonly [string, RegExp])[] = [
  ["the write of the answer", /^(writeUtf8String|writev|writeLatin1String) /],
  ["the hash of the body", /^oneShotDigest |crypto\/hash|http\/beat\.ts/],
  ["garbage", /^\(garbage collector\)/],
  ["the store, SQLite with it", /\/stores\/sqlite\//],
  ["engine, leases and core", /\/(engine|core|stores)\//],
  ["checks and routes", /\/(http|platform)\//],
  ["metrics", /prom-client/],
  ["Node's HTTP server", / node:/],
];

const folder = mkdtempSync(join(tmpdir(), "stillhere-profile-"));
const sessions = Number(process.argv[2] ?? 20_000);
const keys = createKeys();
const collectorOptions = JSON.stringify({
  store: `sqlite:${join(folder, "profile.db")}`,
  sessions,
  keys,
});
const generator = new Child("./generator.ts");
try {
  const flags = ["--cpu-prof", `--cpu-prof-dir=${folder}`, "--cpu-prof-interval=500"];
  const server = new Child("./collector-server.ts", [collectorOptions], flags);
  const { port } = await server.receive<ListeningMessage>();
  const load = { port, keys, sessions, connections: 128, warmUpMs: 0, measureMs: LOAD_MS };
  const { perSecond } = await generator.request<LoadResult>(load);
  await server.disconnect();
  const [name = ""] = readdirSync(folder).filter((each) => each.endsWith(".cpuprofile"));
  const shares = sharesOf(JSON.parse(readFileSync(join(folder, name), "utf8")) as Profile);
  console.log(`${Math.round(perSecond).toLocaleString("en")} signals a second, while profiled`);
  for (const [layer, share] of shares)
    console.log(`${(100 * share).toFixed(0).padStart(3)} %  ${layer}`);
} finally {
  await generator.kill();
  rmSync(folder, { recursive: true, force: true });
}

function sharesOf({ nodes, samples, timeDeltas }: Profile): [string, number][] {
  const layers = new Map(nodes.map(({ id, callFrame }) => [id, layerOf(callFrame)]));
  const times = new Map<string, number>();
  let all = 0;
  const end = Math.floor(samples.length * STEADY.to);
  for (let index = Math.floor(samples.length * STEADY.from); index < end; index += 1) {
    const layer = layers.get(samples[index] ?? 0);
    if (!layer) continue;
    const time = timeDeltas[index] ?? 0;
    times.set(layer, (times.get(layer) ?? 0) + time);
    all += time;
  }
  return [...times]
    .sort((a, b) => b[1] - a[1])
    .map(([layer, time]): [string, number] => [layer, time / all]);
}

/** `null` while idle. */
function layerOf({ functionName, url }: Profile["nodes"][number]["callFrame"]): string | null {
  if (functionName === "(idle)") return null;
  const where = `${functionName} ${url}`;
  return LAYERS.find(([, pattern]) => pattern.test(where))?.[0] ?? "all else";
}
