/**
 * A collector with one desk on a store in memory and a manual clock, and the desk's stand-in.
 * @module
 */
import type { Input } from "../../core/input.ts";
import { Conversations } from "../../desks/conversations.ts";
import { Desks } from "../../desks/desks.ts";
import { deskEndpointId } from "../../desks/endpoint.ts";
import { Inbox } from "../../desks/inbox.ts";
import { Parking } from "../../desks/parking.ts";
import { withDesks } from "../../desks/writer.ts";
import { MemoryStore } from "../../stores/memory/memory-store.ts";
import { EngineHarness } from "../engine-harness.ts";
import type { ApiAnswer, ApiRequest, DeskApi, DeskFixture } from "./fixture.ts";

const ACCOUNT = "shop";
export const DESK = "main";
export const SECRET = "a secret of the desk";
/** When the conversation begins. */
export const START = Date.UTC(2026, 0, 15, 12);
const DAY_MS = 24 * 3_600_000;
/** More than a lease and a buffer. */
const LONG_MS = 60_000;

export class Deployment {
  readonly fixture: DeskFixture;
  readonly api: DeskApi;
  /** All requests to the stand-in, and what was answered. */
  readonly requests: { readonly request: ApiRequest; readonly answer: ApiAnswer }[] = [];
  /** What the stand-in answers instead; `null`: it does its work. */
  failure: ApiAnswer | null = null;
  readonly #store = new MemoryStore();
  readonly #harness = new EngineHarness(this.#store, START);
  readonly #desks: Desks;
  readonly #inbox: Inbox;
  readonly #send: ReturnType<typeof withDesks>;
  #pages = 0;

  private constructor(fixture: DeskFixture) {
    const { engine } = this.#harness;
    const { admin } = this.#store;
    this.fixture = fixture;
    this.api = fixture.createApi();
    this.#desks = new Desks(admin, engine.clock, [fixture.desk]);
    this.#inbox = new Inbox(engine, new Conversations(admin), new Parking(admin));
    const sendWebhook = async () => {
      throw new Error("This is no webhook.");
    };
    this.#send = withDesks(sendWebhook, {
      engine,
      kinds: [fixture.desk],
      request: async (method, url, headers, text) => {
        const path = url.slice(this.baseUrl.length);
        const body: unknown = text === null ? null : JSON.parse(text);
        const request = { method, path, headers, body };
        const answer = this.failure ?? (await this.api.answer(request));
        this.requests.push({ request, answer });
        return { headers: {}, body: null, ...answer, retryAfterMs: null };
      },
    });
  }

  static async create(fixture: DeskFixture): Promise<Deployment> {
    const deployment = new Deployment(fixture);
    await deployment.#begin();
    return deployment;
  }

  get baseUrl(): string {
    return String(this.outbound["baseUrl"]).replace(/\/+$/, "");
  }

  get outbound(): Readonly<Record<string, unknown>> {
    return this.fixture.desk.outbound.parse(this.fixture.outbound) as Record<string, unknown>;
  }

  get now(): number {
    return this.#harness.now;
  }

  get writes(): readonly ApiRequest[] {
    return this.requests.flatMap(({ request }) => (request.method === "GET" ? [] : [request]));
  }

  async #begin(): Promise<void> {
    await this.#harness.heartbeatUntil(START + DAY_MS);
    const overrides = { "presence.mode": "on", "presence.bufferSeconds": 5 } as const;
    await this.#harness.changeSettings(ACCOUNT, { overrides, triggers: [] });
    const { outbound } = this;
    const config = {
      kind: this.fixture.desk.name,
      secrets: [SECRET],
      outbound: { ...outbound, baseUrl: this.baseUrl },
      dryRun: false,
      mapping: {},
    };
    await this.#desks.put(ACCOUNT, DESK, () => config, { cli: "suite" });
  }

  /** The desk's messages arrive. */
  async receive(...bodies: readonly unknown[]): Promise<void> {
    const desk = await this.#desks.byId(DESK);
    if (!desk) throw new Error("The desk was not stored.");
    const { prefix } = this.#desks.mappingOf(desk);
    for (const body of bodies) {
      const facts = this.#desks.factsOf(desk, body, this.now);
      await this.#inbox.accept(desk, prefix, facts);
    }
  }

  /** The visitor has written, and a page is open. */
  async open(): Promise<void> {
    this.#pages += 1;
    const common = { type: "signal", signal: "open", gen: 0, seq: 1 } as const;
    const page = { page: `p${this.#pages}`, visible: true, armed: false };
    await this.#submit([
      { type: "end_user_message", sentAt: null },
      { ...common, ...page },
    ]);
  }

  /** The page is closed, and its buffer passes. */
  async leave(): Promise<void> {
    await this.#submit([{ type: "leave", page: `p${this.#pages}`, gen: 0, to: "gone" }]);
    await this.pass(LONG_MS);
  }

  async pass(ms: number): Promise<void> {
    await this.#harness.advance(this.now + ms);
  }

  /** Delivers the whole log, also what was delivered before, until the desk does not accept something. */
  async deliver(): Promise<void> {
    const clock = this.#harness.engine.clock;
    const endpoint = {
      account: ACCOUNT,
      id: deskEndpointId(DESK),
      name: DESK,
      url: this.baseUrl,
      events: "all" as const,
      secrets: [],
      disabled: null,
      createdAt: START,
    };
    for (const entry of await this.#store.log(ACCOUNT, 0, 500)) {
      const attempt = await this.#send(endpoint, entry, clock.now(), new AbortController().signal);
      if (attempt.outcome !== "delivered") return;
    }
  }

  /** The session of the conversation, as far as the desk decides it; `null`: there is none. */
  async session() {
    const [stored] = await this.#harness.read([{ account: ACCOUNT, id: await this.#id() }]);
    if (!stored) return null;
    const { ticket, assignee, user, channel, links } = stored.session;
    const { status, priority, group, tags } = ticket;
    return {
      ticket: { id: ticket.id, status, priority, group, tags: tags.toSorted() },
      ...{ assignee, user, channel, links },
    };
  }

  async #submit(inputs: readonly Input[]): Promise<void> {
    const key = { account: ACCOUNT, id: await this.#id() };
    await this.#harness.submit({ key, inputs });
    await this.#harness.settle();
  }

  async #id(): Promise<string> {
    const desk = await this.#desks.byId(DESK);
    const prefix = desk ? this.#desks.mappingOf(desk).prefix : "";
    return prefix + this.fixture.conversation;
  }
}
