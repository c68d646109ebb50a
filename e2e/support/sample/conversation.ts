/**
 * One conversation of the sample shop: a visitor's pages, and what the help desk reports of it.
 * @module
 */
import { cadence } from "../../../packages/collector/src/core/cadence.ts";
import type { Input } from "../../../packages/collector/src/core/input.ts";
import type { LeaveDestination } from "../../../packages/collector/src/core/lists.ts";
import type { TicketPatch } from "../../../packages/collector/src/core/session.ts";
import type { Engine } from "../../../packages/collector/src/engine/engine.ts";
import type { Outcome } from "../../../packages/collector/src/engine/request.ts";
import type { Activity } from "./virtual-time.ts";

/** With pages, which are seen. */
const WEB = "web_widget";
/** Without any. */
export const WHATSAPP = "sunco_whatsapp";

export class Conversation {
  id: string;
  readonly user: string;
  /** The agent's part is over. */
  isDone = false;
  agent: string | null = null;
  readonly #engine: Engine;
  readonly #account: string;
  readonly #number: number;
  readonly #channel: string;
  #pages = 0;
  /** The page that is open; `null`: the visitor has left. */
  #page: { readonly id: string; seq: number; visible: boolean; nextMs: number } | null = null;

  constructor(engine: Engine, account: string, number: number, user: string, channel = WEB) {
    this.#engine = engine;
    this.#account = account;
    this.#number = number;
    this.#channel = channel;
    this.id = `conv_${10_000 + number}`;
    this.user = user;
  }

  get isHere(): boolean {
    return this.#page !== null;
  }

  /** Opens a page; returns its beats, which go on until it is closed. */
  async open(): Promise<Activity> {
    const id = `p${this.#number.toString(36)}-${this.#pages.toString(36)}`;
    this.#pages += 1;
    const page = { id, seq: 0, visible: true, nextMs: 0 };
    this.#page = page;
    await this.#signal("open");
    return this.#beats(page.id);
  }

  async *#beats(id: string): Activity {
    for (;;) {
      const page = this.#page;
      if (page?.id !== id || page.nextMs === 0) return;
      yield page.nextMs;
      if (this.#page?.id === id) await this.#signal("beat");
    }
  }

  async hide(): Promise<void> {
    if (this.#page) this.#page.visible = false;
    await this.#signal("hidden");
  }

  async show(): Promise<void> {
    if (this.#page) this.#page.visible = true;
    await this.#signal("visible");
  }

  async #signal(signal: "open" | "beat" | "hidden" | "visible"): Promise<void> {
    const page = this.#page;
    if (!page) return;
    page.seq += 1;
    const { id, seq, visible } = page;
    const outcome = await this.#submit([
      { type: "signal", signal, page: id, gen: 0, seq, visible, armed: true },
    ]);
    if (!("session" in outcome)) return;
    const { session, settings } = outcome;
    page.nextMs = cadence(session, visible ? "visible" : "hidden", settings);
  }

  /** `lost`: nothing says that the page has gone, as where the network fails. */
  async leave(to: LeaveDestination | "lost" | null): Promise<void> {
    const page = this.#page;
    this.#page = null;
    if (page && to !== "lost") {
      await this.#submit([{ type: "leave", page: page.id, gen: 0, to }]);
    }
  }

  async write(): Promise<void> {
    await this.#submit([{ type: "end_user_message", sentAt: null }]);
  }

  async reply(): Promise<void> {
    await this.#submit([{ type: "agent_message" }]);
  }

  async report(ticket: TicketPatch): Promise<void> {
    await this.#submit([{ type: "ticket_updated", ticket }]);
  }

  async assign(agent: string): Promise<void> {
    this.agent = agent;
    await this.#submit([{ type: "assigned", agent }]);
  }

  async end(reason: "ended_by_agent" | "ended_by_end_user"): Promise<void> {
    await this.#submit([{ type: "session_ended", reason }]);
  }

  /** The visitor has signed in, and the conversation goes on as that of the customer. */
  async signIn(): Promise<void> {
    const into = `${this.id}_account`;
    const { merges } = this.#engine;
    const outcome = await merges.merge({ account: this.#account, id: this.id }, into);
    if ("session" in outcome) this.id = outcome.session.id;
  }

  #submit(inputs: readonly Input[]): Promise<Outcome> {
    const key = { account: this.#account, id: this.id };
    const create = { channel: this.#channel, user: this.user };
    return this.#engine.submit({ key, inputs, create });
  }
}
