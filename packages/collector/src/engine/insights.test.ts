import { describe, expect, it } from "vitest";
import type { Input } from "../core/input.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { EngineHarness } from "../suite/engine-harness.ts";
import { measure } from "./insights.ts";
import { SILENT_METER } from "./meter.ts";

const ACCOUNT = "shop";
const START = 1_700_000_000_000;
const BUFFER_MS = 5_000;

/** Visitors of an account with presence on, and how its verdicts are measured. */
class Visitors {
  readonly store = new MemoryStore();
  contradicted = 0;
  readonly harness = new EngineHarness(this.store, START, false, {
    ...SILENT_METER,
    contradicted: () => {
      this.contradicted += 1;
    },
  });

  static async create(): Promise<Visitors> {
    const visitors = new Visitors();
    await visitors.harness.changeSettings(ACCOUNT, {
      overrides: { "presence.mode": "on", "presence.closeBufferMs": BUFFER_MS },
      triggers: [],
    });
    return visitors;
  }

  async #submit(id: string, input: Input): Promise<void> {
    const key = { account: ACCOUNT, id };
    await this.harness.submit({ key, inputs: [input], create: { channel: "web_widget" } });
    await this.harness.settle();
  }

  async open(id: string, page = id): Promise<void> {
    const fields = { page, gen: 0, seq: 1, visible: true, armed: false };
    await this.#submit(id, { type: "signal", signal: "open", ...fields });
    await this.#submit(id, { type: "end_user_message", sentAt: null });
  }

  /** Closes the page, and waits until the visitor is offline. */
  async leave(id: string, page = id): Promise<void> {
    await this.#submit(id, { type: "leave", page, gen: 0, to: "gone" });
    await this.pass(BUFFER_MS);
  }

  async merge(id: string, into: string): Promise<void> {
    await this.harness.merge({ account: ACCOUNT, id }, into);
    await this.harness.settle();
  }

  async pass(ms: number): Promise<void> {
    const at = this.harness.now + ms;
    await this.harness.heartbeatUntil(at);
    await this.harness.advance(at);
  }

  async measured() {
    const { departures, contradicted, returnMs } = await measure(
      this.store,
      ACCOUNT,
      "live",
      START,
      this.harness.now,
    );
    expect(this.contradicted).toBe(contradicted);
    return { departures, contradicted, returns: returnMs?.count ?? 0 };
  }
}

describe("insights", () => {
  it("count a return soon after a verdict as one that contradicts it", async () => {
    const visitors = await Visitors.create();
    await visitors.open("a");
    await visitors.leave("a");
    await visitors.pass(1_000);
    await visitors.open("a", "second");
    expect(await visitors.measured()).toEqual({ departures: 1, contradicted: 1, returns: 1 });
  });

  it("count a departure as undecided until it is a minute old or contradicted", async () => {
    const visitors = await Visitors.create();
    const undecided = async () =>
      (await measure(visitors.store, ACCOUNT, "live", START, visitors.harness.now)).undecided;
    await visitors.open("a");
    await visitors.leave("a");
    expect(await undecided()).toBe(1);
    await visitors.pass(60_000);
    expect(await undecided()).toBe(0);
    await visitors.open("b");
    await visitors.leave("b");
    expect(await undecided()).toBe(1);
    await visitors.open("b", "second");
    expect(await undecided()).toBe(0);
  });

  it("count no departure and no return where a visitor who is online goes on in another session", async () => {
    const visitors = await Visitors.create();
    await visitors.open("guest");
    await visitors.merge("guest", "member");
    expect(await visitors.measured()).toEqual({ departures: 0, contradicted: 0, returns: 0 });
  });

  it("count no return where one who had left is online by the other session's pages", async () => {
    const visitors = await Visitors.create();
    await visitors.open("member");
    await visitors.leave("member");
    await visitors.open("guest");
    await visitors.merge("guest", "member");
    expect(await visitors.measured()).toEqual({ departures: 1, contradicted: 0, returns: 0 });
    await visitors.leave("guest");
    await visitors.open("guest", "third");
    expect(await visitors.measured()).toEqual({ departures: 2, contradicted: 1, returns: 1 });
  });

  it("count a return to the survivor of a session whose visitor had left", async () => {
    const visitors = await Visitors.create();
    await visitors.open("guest");
    await visitors.leave("guest");
    await visitors.merge("guest", "member");
    await visitors.open("member", "second");
    expect(await visitors.measured()).toEqual({ departures: 1, contradicted: 1, returns: 1 });
  });
});
