/**
 * Load generator: sends beats over keep-alive connections, one request at a time on each, and measures
 * the responses. It runs in its own process and takes load options as messages.
 */
import { connect, type Socket } from "node:net";
import {
  type BeatBytes,
  beatBytes,
  type Keys,
  pageOf,
  SEQ_DIGITS,
  sessionOf,
  tokenOf,
} from "./visitors.ts";

export interface LoadOptions {
  readonly port: number;
  readonly keys: Keys;
  readonly sessions: number;
  readonly connections: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** Signals per second; if missing, as many as the server can answer. */
  readonly rate?: number;
  /** Each page opens once in its next generation instead of beating. */
  readonly isReturning?: boolean;
}

export interface LoadResult {
  readonly answered: number;
  /** Responses with a status other than 2xx. */
  readonly refused: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** All responses, including those during warm-up. */
  readonly total: number;
  /** Share of a core that the generator itself used. */
  readonly generatorCpu: number;
}

/** Resolution of the latency histogram. */
const STEP_MS = 0.02;
const STEPS = 500_000;
const TICK_MS = 2;
/** Visits sessions in an order without locality. */
const STRIDE = 611_953;

const tokens = new Map<string, Buffer>();
/** Where the last load stopped; the next one continues there, so that all sessions are visited. */
let visited = 0;
/** `seq` rises over all loads, so that no signal is stale, and has a fixed number of digits. */
let round = 10 ** (SEQ_DIGITS - 1);

function tokensFor(sessions: number, { tokenSecret }: Keys): Buffer {
  const known = tokens.get(tokenSecret);
  const length = tokenOf(0, tokenSecret).length;
  if (known && known.length >= sessions * length) return known;
  const all = Buffer.alloc(sessions * length);
  for (let number = 0; number < sessions; number += 1) {
    all.write(tokenOf(number, tokenSecret), number * length, "latin1");
  }
  tokens.clear();
  tokens.set(tokenSecret, all);
  return all;
}

class Load {
  readonly #options: LoadOptions;
  readonly #tokens: Buffer;
  readonly #tokenLength: number;
  readonly #latencies = new Uint32Array(STEPS);
  readonly #idle: Connection[] = [];
  readonly #overdue: number[] = [];
  #next = 0;
  #answered = 0;
  #refused = 0;
  #total = 0;
  #isMeasuring = false;
  #isOver = false;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#tokens = tokensFor(options.sessions, options.keys);
    this.#tokenLength = tokenOf(0, options.keys.tokenSecret).length;
  }

  async run(): Promise<LoadResult> {
    const { connections, warmUpMs, measureMs, rate } = this.#options;
    const all = await Promise.all(
      Array.from({ length: connections }, () => Connection.open(this.#options, this)),
    );
    const timer = rate === undefined ? null : this.#sendAtRate(rate);
    if (!timer) for (const connection of all) this.#send(connection, performance.now());
    else this.#idle.push(...all);
    await pause(warmUpMs);
    this.#isMeasuring = true;
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    await pause(measureMs);
    this.#isMeasuring = false;
    const tookMs = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(cpu);
    this.#isOver = true;
    if (timer) clearInterval(timer);
    await pause(100);
    for (const connection of all) connection.close();
    round += 1 + Math.ceil(this.#next / this.#options.sessions);
    visited = (visited + this.#next) % this.#options.sessions;
    return {
      answered: this.#answered,
      refused: this.#refused,
      perSecond: (this.#answered / tookMs) * 1_000,
      p50Ms: this.#percentile(0.5),
      p99Ms: this.#percentile(0.99),
      total: this.#total,
      generatorCpu: (user + system) / 1_000 / tookMs,
    };
  }

  /** Sends on a fixed schedule (open loop): waiting for a connection counts as latency. */
  #sendAtRate(rate: number) {
    const startedAt = performance.now();
    let sent = 0;
    return setInterval(() => {
      const due = Math.floor(((performance.now() - startedAt) / 1_000) * rate);
      const max = this.#options.isReturning ? this.#options.sessions : Number.POSITIVE_INFINITY;
      for (; sent < Math.min(due, max); sent += 1) {
        const dueAt = startedAt + (sent / rate) * 1_000;
        const connection = this.#idle.pop();
        if (connection) this.#send(connection, dueAt);
        else this.#overdue.push(dueAt);
      }
    }, TICK_MS);
  }

  #send(connection: Connection, dueAt: number): void {
    const { sessions } = this.#options;
    const number = ((visited + this.#next) * STRIDE) % sessions;
    const seq = round + Math.floor(this.#next / sessions);
    this.#next += 1;
    const start = number * this.#tokenLength;
    connection.send(number, seq, this.#tokens, start, start + this.#tokenLength, dueAt);
  }

  onResponse(connection: Connection, isGood: boolean): void {
    const now = performance.now();
    this.#total += 1;
    if (this.#isMeasuring) {
      if (isGood) this.#answered += 1;
      else this.#refused += 1;
      const step = Math.min(STEPS - 1, Math.floor((now - connection.dueAt) / STEP_MS));
      this.#latencies[step] = (this.#latencies[step] ?? 0) + 1;
    }
    if (this.#isOver) return;
    if (this.#options.rate === undefined) this.#send(connection, now);
    else if (this.#overdue.length > 0) this.#send(connection, this.#overdue.shift() ?? now);
    else this.#idle.push(connection);
  }

  #percentile(share: number): number {
    const wanted = share * (this.#answered + this.#refused);
    let seen = 0;
    for (const [step, count] of this.#latencies.entries()) {
      seen += count;
      if (seen >= wanted && seen > 0) return (step + 1) * STEP_MS;
    }
    return Number.NaN;
  }
}

const ZERO = "0".charCodeAt(0);
const BRACE = "}".charCodeAt(0);
const TWO = "2".charCodeAt(0);
const STATUS_AT = "HTTP/1.1 ".length;

class Connection {
  dueAt = 0;
  readonly #socket: Socket;
  readonly #beat: BeatBytes;
  #status = 0;

  private constructor(socket: Socket, options: LoadOptions, load: Load) {
    this.#socket = socket;
    const [type, gen] = options.isReturning ? (["open", 1] as const) : (["beat", 0] as const);
    this.#beat = beatBytes(options.port, options.keys, type, gen);
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      // A response begins with its status line and ends with the closing brace of its body.
      if (this.#status === 0) this.#status = chunk[STATUS_AT] ?? 0;
      if (chunk[chunk.length - 1] !== BRACE) return;
      const isGood = this.#status === TWO;
      this.#status = 0;
      load.onResponse(this, isGood);
    });
  }

  static open(options: LoadOptions, load: Load): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(options.port, "127.0.0.1");
      socket.once("error", reject);
      socket.once("connect", () => resolve(new Connection(socket, options, load)));
    });
  }

  send(number: number, seq: number, tokens: Buffer, start: number, end: number, dueAt: number) {
    const { bytes, sessionAt, pageAt, tokenAt, seqAt } = this.#beat;
    this.dueAt = dueAt;
    bytes.write(sessionOf(number), sessionAt, "latin1");
    bytes.write(pageOf(number), pageAt, "latin1");
    tokens.copy(bytes, tokenAt, start, end);
    let rest = seq;
    for (let digit = SEQ_DIGITS - 1; digit >= 0; digit -= 1) {
      bytes[seqAt + digit] = ZERO + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    this.#socket.write(bytes);
  }

  close(): void {
    this.#socket.destroy();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

process.on("disconnect", () => process.exit(0));
process.on("message", async (options: LoadOptions) => {
  process.send?.(await new Load(options).run());
});
