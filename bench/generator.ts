/**
 * Sends beats over keep-alive connections, one at a time on each, and counts answers. It runs as a
 * process of its own and does as it is told by its parent.
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

export interface LoadOrder {
  readonly port: number;
  readonly keys: Keys;
  readonly sessions: number;
  readonly connections: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** Signals a second; missing: as many as the server answers. */
  readonly rate?: number;
  /** Every page opens once, in its next generation, instead of beating. */
  readonly return?: boolean;
}

export interface LoadResult {
  readonly answered: number;
  /** Answered otherwise than by 200. */
  readonly refused: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answered since the order came, warming up included. */
  readonly total: number;
  /** Share of a core that the generator itself took. */
  readonly generatorCpu: number;
}

/** Latencies are counted in steps of this. */
const STEP_MS = 0.02;
const STEPS = 500_000;
const TICK_MS = 2;
/** Sessions are visited in an order that no store can have expected. */
const STRIDE = 611_953;

const tokens = new Map<string, Buffer>();
/** Where the last order stopped: the next one goes on there, or few sessions would be visited again and again. */
let visited = 0;
/** Numbers rise over all orders, so that no signal is ever overtaken, and all have as many digits. */
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
  readonly #order: LoadOrder;
  readonly #tokens: Buffer;
  readonly #tokenLength: number;
  readonly #latencies = new Uint32Array(STEPS);
  readonly #idle: Connection[] = [];
  readonly #owed: number[] = [];
  #next = 0;
  #answered = 0;
  #refused = 0;
  #total = 0;
  #isMeasuring = false;
  #isOver = false;

  constructor(order: LoadOrder) {
    this.#order = order;
    this.#tokens = tokensFor(order.sessions, order.keys);
    this.#tokenLength = tokenOf(0, order.keys.tokenSecret).length;
  }

  async run(): Promise<LoadResult> {
    const { connections, warmUpMs, measureMs, rate } = this.#order;
    const all = await Promise.all(
      Array.from({ length: connections }, () => Connection.open(this.#order, this)),
    );
    const timer = rate === undefined ? null : this.#pace(rate);
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
    round += 1 + Math.ceil(this.#next / this.#order.sessions);
    visited = (visited + this.#next) % this.#order.sessions;
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

  /** Sends by the clock, however late answers are; a beat that waits for a connection is late. */
  #pace(rate: number) {
    const startedAt = performance.now();
    let sent = 0;
    return setInterval(() => {
      const due = Math.floor(((performance.now() - startedAt) / 1_000) * rate);
      const most = this.#order.return ? this.#order.sessions : Number.POSITIVE_INFINITY;
      for (; sent < Math.min(due, most); sent += 1) {
        const dueAt = startedAt + (sent / rate) * 1_000;
        const connection = this.#idle.pop();
        if (connection) this.#send(connection, dueAt);
        else this.#owed.push(dueAt);
      }
    }, TICK_MS);
  }

  #send(connection: Connection, dueAt: number): void {
    const { sessions } = this.#order;
    const number = ((visited + this.#next) * STRIDE) % sessions;
    const seq = round + Math.floor(this.#next / sessions);
    this.#next += 1;
    const start = number * this.#tokenLength;
    connection.send(number, seq, this.#tokens, start, start + this.#tokenLength, dueAt);
  }

  answered(connection: Connection, isGood: boolean): void {
    const now = performance.now();
    this.#total += 1;
    if (this.#isMeasuring) {
      if (isGood) this.#answered += 1;
      else this.#refused += 1;
      const step = Math.min(STEPS - 1, Math.floor((now - connection.dueAt) / STEP_MS));
      this.#latencies[step] = (this.#latencies[step] ?? 0) + 1;
    }
    if (this.#isOver) return;
    if (this.#order.rate === undefined) this.#send(connection, now);
    else if (this.#owed.length > 0) this.#send(connection, this.#owed.shift() ?? now);
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

  private constructor(socket: Socket, order: LoadOrder, load: Load) {
    this.#socket = socket;
    const [type, gen] = order.return ? (["open", 1] as const) : (["beat", 0] as const);
    this.#beat = beatBytes(order.port, order.keys, type, gen);
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      // An answer begins with its status and ends with its body's brace.
      if (this.#status === 0) this.#status = chunk[STATUS_AT] ?? 0;
      if (chunk[chunk.length - 1] !== BRACE) return;
      const isGood = this.#status === TWO;
      this.#status = 0;
      load.answered(this, isGood);
    });
  }

  static open(order: LoadOrder, load: Load): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(order.port, "127.0.0.1");
      socket.once("error", reject);
      socket.once("connect", () => resolve(new Connection(socket, order, load)));
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
process.on("message", async (order: LoadOrder) => {
  process.send?.(await new Load(order).run());
});
