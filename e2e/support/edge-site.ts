/**
 * A deployment at the edge, and a visitor's pages and a desk that speak to it.
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Miniflare } from "miniflare";
import { startEdge } from "./edge.ts";

const ENTRY = fileURLToPath(new URL("../edge/worker.ts", import.meta.url));
const KEYS = { publishable: "pk_edge", secret: "sk_edge", token: "ts_edge" };

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

  /** `settings` of the account, but for what makes presence count. */
  static async start(settings: object, { shards = 1, folder }: StartOptions = {}) {
    const bindings = {
      STILLHERE_SHARDS: String(shards),
      STILLHERE_PUBLISHABLE_KEY: KEYS.publishable,
      STILLHERE_SECRET_KEY: KEYS.secret,
      STILLHERE_TOKEN_SECRET: KEYS.token,
      STILLHERE_ALLOW_PRIVATE_WEBHOOKS: "true",
    };
    const edge = await startEdge({ entry: ENTRY, bindings, ...(folder && { folder }) });
    const site = new EdgeSite(edge);
    await site.ask("PATCH", "/v1/settings", { termsAccepted: true, binding: "open", ...settings });
    return site;
  }

  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.edge.dispatchFetch(`http://edge.test${path}`, {
      method,
      headers: { Authorization: `Bearer ${KEYS.secret}`, "Content-Type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  session(id: string): Promise<EdgeSession> {
    return this.ask("GET", `/v1/sessions/${id}`);
  }

  /** Follows the account's transitions; `after`: from behind this one. */
  async stream(after?: string): Promise<EdgeStream> {
    const answer = await this.edge.dispatchFetch("http://edge.test/v1/stream", {
      headers: {
        Authorization: `Bearer ${KEYS.secret}`,
        ...(after !== undefined && { "Last-Event-ID": after }),
      },
    });
    const reader = answer.body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined;
    if (!answer.ok || !reader) throw new Error(`stream: ${answer.status}`);
    return new EdgeStream(reader);
  }

  page(session: string): EdgePage {
    return new EdgePage(this, session);
  }

  async signal(body: object): Promise<{ nextMs: number }> {
    const answer = await this.edge.dispatchFetch("http://edge.test/v1/signals", {
      method: "POST",
      body: JSON.stringify({ v: 1, key: KEYS.publishable, ...body }),
    });
    if (!answer.ok) throw new Error(`signal: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as { nextMs: number };
  }

  stop(): Promise<void> {
    return this.edge.dispose();
  }
}

interface StartOptions {
  readonly shards?: number;
  readonly folder?: string;
}

/** One page of a session. */
export class EdgePage {
  readonly #site: EdgeSite;
  readonly #name: { readonly session: string; readonly page: string; readonly gen: number };
  #seq = 0;

  constructor(site: EdgeSite, session: string) {
    this.#site = site;
    this.#name = { session, page: `page_of_${session}`, gen: 0 };
  }

  open() {
    return this.#say("open");
  }

  beat() {
    return this.#say("beat");
  }

  leave() {
    return this.#site.signal({ ...this.#name, type: "leave", to: "gone" });
  }

  #say(type: string) {
    this.#seq += 1;
    const said = { type, seq: this.#seq, visible: true, armed: false };
    return this.#site.signal({ ...this.#name, ...said });
  }
}

/** Transitions as they are told. */
export class EdgeStream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = "";

  constructor(reader: ReadableStreamDefaultReader<Uint8Array>) {
    this.#reader = reader;
  }

  /** The next so many; waits for them. */
  async take(count: number): Promise<{ id: string; session: string }[]> {
    const told: { id: string; session: string }[] = [];
    while (told.length < count) {
      const end = this.#text.indexOf("\n\n");
      if (end < 0) {
        const { value, done } = await this.#reader.read();
        if (done) throw new Error("the stream has ended");
        this.#text += this.#decoder.decode(value, { stream: true });
        continue;
      }
      const data = /^data: (.*)$/m.exec(this.#text.slice(0, end))?.[1];
      this.#text = this.#text.slice(end + 2);
      if (data !== undefined) told.push(JSON.parse(data));
    }
    return told;
  }

  close(): void {
    this.#reader.cancel().catch(() => {});
  }
}
