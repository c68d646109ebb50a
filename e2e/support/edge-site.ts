/**
 * An edge deployment in workerd, with clients for a visitor's pages, the server API and the stream.
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Miniflare } from "miniflare";
import { startEdge } from "./edge.ts";

const ENTRY = fileURLToPath(new URL("../edge/worker.ts", import.meta.url));
export const KEYS = {
  publishable: "pk_edge",
  secret: "sk_edge",
  token: "ts_edge",
  metrics: "mt_edge",
  admin: "as_edge",
};

export interface EdgeSession {
  readonly id: string;
  readonly presence: string;
  readonly state: string;
  readonly seq: number;
}

export class EdgeSite {
  readonly edge: Miniflare;

  private constructor(edge: Miniflare) {
    this.edge = edge;
  }

  /** `settings` are the account's; accepted terms and the open binding are added. */
  static async start(
    settings: object,
    { shards = 1, folder, refusesGrowth = false, speed }: StartOptions = {},
  ) {
    const bindings = {
      STILLHERE_SHARDS: String(shards),
      STILLHERE_PUBLISHABLE_KEY: KEYS.publishable,
      STILLHERE_SECRET_KEY: KEYS.secret,
      STILLHERE_TOKEN_SECRET: KEYS.token,
      STILLHERE_ALLOW_PRIVATE_WEBHOOKS: "true",
      STILLHERE_METRICS_TOKEN: KEYS.metrics,
      STILLHERE_ADMIN_SECRET: KEYS.admin,
      ...(speed !== undefined && { TEST_SPEED: String(speed) }),
      ...(refusesGrowth && { TEST_REFUSE_GROWTH: "true" }),
    };
    const edge = await startEdge({ entry: ENTRY, bindings, ...(folder && { folder }) });
    const site = new EdgeSite(edge);
    await site.request("PATCH", "/v1/settings", {
      termsAccepted: true,
      binding: "open",
      ...settings,
    });
    return site;
  }

  async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.edge.dispatchFetch(`http://edge.test${path}`, {
      method,
      headers: { Authorization: `Bearer ${KEYS.secret}`, "Content-Type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok)
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  session(id: string): Promise<EdgeSession> {
    return this.request("GET", `/v1/sessions/${id}`);
  }

  /** Opens the account's stream; `after` is the id to resume from. */
  async stream(after?: string): Promise<EdgeStream> {
    const response = await this.edge.dispatchFetch("http://edge.test/v1/stream", {
      headers: {
        Authorization: `Bearer ${KEYS.secret}`,
        ...(after !== undefined && { "Last-Event-ID": after }),
      },
    });
    const reader = response.body?.getReader() as
      | ReadableStreamDefaultReader<Uint8Array>
      | undefined;
    if (!response.ok || !reader) throw new Error(`stream: ${response.status}`);
    return new EdgeStream(reader);
  }

  page(session: string): EdgePage {
    return new EdgePage(this, session);
  }

  async signal(body: object): Promise<{ nextMs: number }> {
    const response = await this.edge.dispatchFetch("http://edge.test/v1/signals", {
      method: "POST",
      body: JSON.stringify({ v: 1, key: KEYS.publishable, ...body }),
    });
    if (!response.ok) throw new Error(`signal: ${response.status} ${await response.text()}`);
    return (await response.json()) as { nextMs: number };
  }

  stop(): Promise<void> {
    return this.edge.dispose();
  }
}

interface StartOptions {
  /** How many times as fast its clock goes. */
  readonly speed?: number;
  readonly shards?: number | string;
  readonly folder?: string;
  /** Calls fail that announce to shards how many there are, until a test allows them. */
  readonly refusesGrowth?: boolean;
}

/** A page of a session, without a browser. */
export class EdgePage {
  readonly #site: EdgeSite;
  readonly #identity: { readonly session: string; readonly page: string; readonly gen: number };
  #seq = 0;

  constructor(site: EdgeSite, session: string) {
    this.#site = site;
    this.#identity = { session, page: `page_of_${session}`, gen: 0 };
  }

  open() {
    return this.#send("open");
  }

  beat() {
    return this.#send("beat");
  }

  leave() {
    return this.#site.signal({ ...this.#identity, type: "leave", to: "gone" });
  }

  #send(type: string) {
    this.#seq += 1;
    const signal = { type, seq: this.#seq, visible: true, armed: false };
    return this.#site.signal({ ...this.#identity, ...signal });
  }
}

/** A reader of the account's event stream. */
export class EdgeStream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = "";

  constructor(reader: ReadableStreamDefaultReader<Uint8Array>) {
    this.#reader = reader;
  }

  /** Waits for the next `count` transitions, and returns them. */
  async read(count: number): Promise<{ id: string; session: string }[]> {
    const transitions: { id: string; session: string }[] = [];
    while (transitions.length < count) {
      const end = this.#text.indexOf("\n\n");
      if (end < 0) {
        const { value, done } = await this.#reader.read();
        if (done) throw new Error("the stream ended");
        this.#text += this.#decoder.decode(value, { stream: true });
        continue;
      }
      const data = /^data: (.*)$/m.exec(this.#text.slice(0, end))?.[1];
      this.#text = this.#text.slice(end + 2);
      if (data !== undefined) transitions.push(JSON.parse(data));
    }
    return transitions;
  }

  /** Waits until the deployment ends the stream. */
  async ended(): Promise<void> {
    while (!(await this.#reader.read()).done);
  }

  close(): void {
    this.#reader.cancel().catch(() => {});
  }
}
