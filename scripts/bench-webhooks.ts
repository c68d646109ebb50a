/**
 * `pnpm bench:webhooks [seconds] [signals per second]` (default 30 and 1,000): measures the latency from
 * a commit to the first attempt of its webhook under load. It counts from the transition's time, which is
 * before its commit, until the receiver has the request, so the figures are slightly too high.
 */
import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { TestCollector } from "../e2e/support/collector.ts";
import { pause } from "../e2e/support/wait.ts";

/** One of this many signals opens a session, which is a transition; the others are beats. */
const OPEN_EVERY = 5;
const TICK_MS = 5;
const WARM_UP_MS = 3_000;
const MAX_P99_MS = 100;

interface Arrivals {
  readonly latenciesMs: readonly number[];
}

/** Runs a receiver that accepts everything, in its own thread. */
function receive(): void {
  const latenciesMs: number[] = [];
  const server = createServer((incoming, outgoing) => {
    const now = Date.now();
    let body = "";
    incoming.on("data", (chunk: Buffer) => {
      body += chunk;
    });
    incoming.on("end", () => {
      const { data } = JSON.parse(body) as { data: { at: string; cause: string } };
      if (data.cause === "signal") latenciesMs.push(now - Date.parse(data.at));
      outgoing.writeHead(204).end();
    });
  });
  server.listen(0, "127.0.0.1", () => {
    parentPort?.postMessage((server.address() as AddressInfo).port);
  });
  parentPort?.on("message", (command: "reset" | "report") => {
    if (command === "report") parentPort?.postMessage({ latenciesMs } satisfies Arrivals);
    else latenciesMs.length = 0;
  });
}

async function measure(): Promise<void> {
  const seconds = Number(process.argv[2] ?? 30);
  const perSecond = Number(process.argv[3] ?? 1_000);
  const receiver = new Worker(new URL(import.meta.url));
  const [port] = (await once(receiver, "message")) as [number];
  const collector = await TestCollector.start("--allow-private-webhooks", "--trust-proxy");
  const presence = { mode: "on" };
  await collector.request("PATCH", "/v1/settings", {
    termsAccepted: true,
    presence,
    binding: "open",
  });
  await collector.request("POST", "/v1/webhooks", { url: `http://127.0.0.1:${port}/` });

  const load = new Load(collector, perSecond);
  load.start();
  await pause(WARM_UP_MS);
  receiver.postMessage("reset");
  load.reset();
  await pause(seconds * 1_000);
  const figures = load.stop();
  await pause(2_000);
  receiver.postMessage("report");
  const [{ latenciesMs }] = (await once(receiver, "message")) as [Arrivals];
  await receiver.terminate();
  await collector.stop();

  const sorted = latenciesMs.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  const p99 = at(0.99);
  console.log(`${seconds} s, ${perSecond} signals a second requested`);
  console.log(`signals answered   ${Math.round(figures.answered / seconds)} a second`);
  console.log(`signals refused    ${figures.refused}`);
  console.log(`webhooks arrived   ${Math.round(sorted.length / seconds)} a second`);
  console.log(
    `commit to attempt  p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${p99} ms, max ${at(1)} ms`,
  );
  const perSecondAnswered = Math.round(figures.answered / seconds);
  process.send?.({ p50Ms: at(0.5), p99Ms: p99, perSecond: perSecondAnswered });
  process.exit(p99 <= MAX_P99_MS ? 0 : 1);
}

/** Pages that open and beat. */
class Load {
  readonly #collector: TestCollector;
  readonly #perSecond: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  #startedAt = 0;
  #sent = 0;
  #answered = 0;
  #refused = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(collector: TestCollector, perSecond: number) {
    this.#collector = collector;
    this.#perSecond = perSecond;
  }

  start(): void {
    this.#startedAt = performance.now();
    this.#timer = setInterval(() => {
      const due = ((performance.now() - this.#startedAt) / 1_000) * this.#perSecond;
      while (this.#sent < due) this.#send(this.#sent++);
    }, TICK_MS);
  }

  reset(): void {
    this.#answered = 0;
    this.#refused = 0;
  }

  stop(): { answered: number; refused: number } {
    clearInterval(this.#timer);
    return { answered: this.#answered, refused: this.#refused };
  }

  #send(index: number): void {
    const isOpen = index % OPEN_EVERY === 0;
    const opened = Math.floor(index / OPEN_EVERY);
    // Beats come from pages that have been open for a while.
    const page = isOpen ? opened : Math.floor(Math.random() * Math.max(1, opened - 50));
    const body = JSON.stringify({
      v: 1,
      key: this.#collector.keys.publishable,
      session: `conv_${page}`,
      page: `page_${page}`,
      gen: 0,
      seq: isOpen ? 0 : index,
      type: isOpen ? "open" : "beat",
      visible: true,
      armed: false,
    });
    const outgoing = request(
      `${this.#collector.url}/v1/signals`,
      {
        method: "POST",
        agent: this.#agent,
        headers: {
          "Content-Type": "text/plain",
          // Each visitor has its own address.
          "X-Forwarded-For": `198.51.${(page >> 8) & 255}.${page & 255}`,
        },
      },
      (answer) => {
        if (answer.statusCode === 200) this.#answered += 1;
        else this.#refused += 1;
        answer.resume();
      },
    );
    outgoing.on("error", () => {
      this.#refused += 1;
    });
    outgoing.end(body);
  }
}

if (isMainThread) await measure();
else receive();
