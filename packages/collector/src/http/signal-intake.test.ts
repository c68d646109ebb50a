import { createHmac, hash } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { Accounts } from "../engine/accounts.ts";
import { Engine } from "../engine/engine.ts";
import { createKeys } from "../engine/keys.ts";
import { SILENT_METER } from "../engine/meter.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { readBeat } from "./beat.ts";
import type { Problem } from "./problem.ts";
import { mintToken } from "./session-token.ts";
import { SignalIntake } from "./signal-intake.ts";

const START = 1_700_000_000_000;
const ACCOUNT = "shop";
const ORIGIN = "https://shop.example";
const USUAL_TYPE = "text/plain;charset=UTF-8";

interface Sent {
  readonly token?: string | undefined;
  readonly origin?: string;
  readonly contentType?: string;
  readonly key?: string;
  readonly session?: string;
  readonly page?: string;
}

/** A page that beats, and a collector that says how it took each beat. */
class Bench {
  now = START;
  readonly store = new MemoryStore();
  readonly clock = { now: () => this.now };
  readonly engine = new Engine(this.store, this.clock);
  readonly accounts = new Accounts(this.store, this.clock);
  readonly keys = createKeys();
  readonly intake = new SignalIntake({
    engine: this.engine,
    accounts: this.accounts,
    limits: { perSession: 8, perAddress: 100, perAccount: 100 },
    maxSessions: 100,
    meter: SILENT_METER,
    hmac: (secret, text) => createHmac("sha256", secret).update(text).digest("base64url"),
  });
  token = "";
  #seq = 100;
  #renewed = 0;

  async open(): Promise<void> {
    await this.engine.heartbeat();
    await this.set({ "presence.mode": "on", origins: [ORIGIN] });
    await this.accounts.put(ACCOUNT, { keys: this.keys });
    const { renew } = this.store;
    this.store.renew = (leases) => {
      this.#renewed += leases.length;
      return renew.call(this.store, leases);
    };
    this.token = await this.mint();
  }

  #set = {};

  set(overrides: object): Promise<void> {
    this.#set = { ...this.#set, ...overrides };
    return this.engine.changeSettings(ACCOUNT, { overrides: this.#set });
  }

  async mint(ttlSeconds = 600): Promise<string> {
    const account = this.accounts.byName(ACCOUNT);
    if (!account) throw new Error("There is no account.");
    const session = { session: "s", user: null, ttlSeconds };
    return (await mintToken(this.accounts, account, session, this.now)).token;
  }

  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      this.now += 1_000;
      await this.engine.heartbeat();
    }
  }

  /** Sends a beat; answers with the way that it took, or the code of its refusal. */
  async beat({ origin = ORIGIN, contentType = USUAL_TYPE, ...said }: Sent = {}): Promise<string> {
    this.#seq += 1;
    const { token = this.token, key = this.keys.publishableKey, session = "s", page = "p" } = said;
    const signal = { type: "beat", seq: this.#seq, visible: true, armed: true };
    const text = JSON.stringify({ v: 1, key, session, token, page, gen: 0, ...signal });
    const beat = readBeat(Buffer.from(text), (bytes) => hash("sha256", bytes, "binary"));
    const headers: Record<string, string> = {};
    const before = this.#renewed;
    try {
      const { nextMs } = await this.intake.take({
        contentType,
        origin,
        address: () => "::1",
        text: () => text,
        beat,
        headers,
      });
      expect(nextMs).toBe(60_000);
      expect(headers["Access-Control-Allow-Origin"]).toBe(origin);
      return this.#renewed > before ? "renewed" : "whole";
    } catch (error) {
      return (error as Problem).code;
    }
  }
}

describe("a beat like the one before", () => {
  let page: Bench;
  beforeEach(async () => {
    page = new Bench();
    await page.open();
    // The first creates the session, the second is granted a lease.
    expect([await page.beat(), await page.beat(), await page.beat()]).toEqual([
      "whole",
      "whole",
      "renewed",
    ]);
  });

  it("is renewed again and again", async () => {
    for (let beat = 0; beat < 20; beat += 1) {
      await page.pass(10);
      expect(await page.beat()).toBe("renewed");
    }
  });

  it("is refused from the second on at which its token ends", async () => {
    page.token = await page.mint(30);
    expect([await page.beat(), await page.beat()]).toEqual(["whole", "renewed"]);
    await page.pass(29);
    expect(await page.beat()).toBe("renewed");
    await page.pass(1);
    expect(await page.beat()).toBe("token_expired");
  });

  it("is refused with another's token, or one that was changed by a letter", async () => {
    const [head, claims, signature = ""] = page.token.split(".");
    const turned = signature.startsWith("A") ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
    expect(await page.beat({ token: `${head}.${claims}.${turned}` })).toBe("token_invalid");
    expect(await page.beat({ token: `${head}.${claims}x.${signature}` })).toBe("token_invalid");
    expect(await page.beat({ session: "other" })).toBe("token_other_session");
    expect(await page.beat()).toBe("renewed");
  });

  it("is refused as soon as its key or its token's secret is revoked, and good while they overlap", async () => {
    await page.accounts.put(ACCOUNT, { overlapMs: 20_000 });
    expect([await page.beat(), await page.beat()]).toEqual(["whole", "renewed"]);
    await page.pass(20);
    expect(await page.beat()).toBe("key_invalid");
    const [key] = page.accounts.byName(ACCOUNT)?.publishableKeys ?? [];
    const fresh = { key: key?.key ?? "" };
    expect(await page.beat(fresh)).toBe("token_invalid");
    page.token = await page.mint();
    expect([await page.beat(fresh), await page.beat(fresh)]).toEqual(["whole", "renewed"]);
    await page.accounts.put(ACCOUNT, { overlapMs: 0 });
    expect(await page.beat(fresh)).toBe("key_invalid");
  });

  it("learns of keys that another process revoked", async () => {
    const other = new Accounts(page.store, page.clock);
    await other.refresh();
    await other.put(ACCOUNT, { overlapMs: 0 });
    expect(await page.beat()).toBe("renewed");
    await page.accounts.refresh();
    expect(await page.beat()).toBe("key_invalid");
  });

  it("is refused from an origin that is not listed, and once its own is not any more", async () => {
    expect(await page.beat({ origin: "https://evil.example" })).toBe("origin_not_allowed");
    expect(await page.beat()).toBe("renewed");
    await page.set({ origins: ["https://other.example"] });
    expect(await page.beat()).toBe("origin_not_allowed");
  });

  it("is refused alone where its origin is struck off while it waits for its turn", async () => {
    const waiting = page.beat();
    const key = { account: ACCOUNT, id: "other" };
    const other = page.engine.submit({ key, create: { channel: "web_widget" }, inputs: [] });
    await page.set({ origins: [] });
    expect(await waiting).toBe("origin_not_allowed");
    expect((await other).status).toBe("applied");
  });

  it("is asked for a token again once the account wants one", async () => {
    await page.set({ binding: "open" });
    const open = { token: "none" };
    expect([await page.beat(open), await page.beat(open)]).toEqual(["whole", "renewed"]);
    await page.set({ binding: "token" });
    expect(await page.beat(open)).toBe("token_invalid");
  });

  it("is asked for a token also where the account came to want one while it waited", async () => {
    await page.set({ binding: "open" });
    const open = { token: "none" };
    expect(await page.beat(open)).toBe("whole");
    const waiting = page.beat({ ...open, page: "q" });
    await page.set({ binding: "token" });
    expect(await waiting).toBe("whole");
    expect(await page.beat({ ...open, page: "q" })).toBe("token_invalid");
  });

  it("is good no longer than what it claims, though it is applied whole", async () => {
    page.token = await page.mint(3_600);
    await page.accounts.put(ACCOUNT, { overlapMs: 20_000 });
    const key = page.accounts.byName(ACCOUNT)?.publishableKeys[0]?.key ?? "";
    expect([await page.beat({ key }), await page.beat({ key })]).toEqual(["whole", "renewed"]);
    await page.pass(19);
    page.now += 999;
    // Its token's secret ends while it waits for its turn, with another request of its session.
    const waiting = page.beat({ key });
    const session = { account: ACCOUNT, id: "s" };
    await page.engine.submit({ key: session, inputs: [{ type: "agent_message" }] });
    expect(await waiting).toBe("whole");
    page.now += 1;
    expect(await page.beat({ key })).toBe("token_invalid");
  });

  it("is refused though its key was revoked while its secret was hashed", async () => {
    await page.set({ binding: "capability" });
    const secret = "s".repeat(32);
    const bound = { type: "bound", hash: hash("sha256", secret) } as const;
    await page.engine.submit({ key: { account: ACCOUNT, id: "s" }, inputs: [bound] });
    const other = new Accounts(page.store, page.clock);
    await other.refresh();
    const waiting = page.beat({ token: secret });
    await other.put(ACCOUNT, { overlapMs: 0 });
    await page.accounts.refresh();
    expect(await waiting).toBe("whole");
    expect(await page.beat({ token: secret })).toBe("key_invalid");
  });

  it("is known by a secret that the session was bound to", async () => {
    await page.set({ binding: "capability" });
    const secret = "s".repeat(32);
    expect(await page.beat({ token: secret })).toBe("binding_unknown");
    const bound = { type: "bound", hash: hash("sha256", secret) } as const;
    await page.engine.submit({ key: { account: ACCOUNT, id: "s" }, inputs: [bound] });
    const ways = [await page.beat({ token: secret }), await page.beat({ token: secret })];
    expect(ways).toEqual(["whole", "renewed"]);
    expect(await page.beat({ token: `${secret}s` })).toBe("binding_unknown");
    // Something else happened meanwhile: it is asked for again.
    await page.engine.submit({
      key: { account: ACCOUNT, id: "s" },
      inputs: [{ type: "agent_message" }],
    });
    expect(await page.beat({ token: secret })).toBe("whole");
  });

  it("is counted with its session's other signals", async () => {
    await page.pass(1);
    const ways: string[] = [];
    for (let beat = 0; beat < 9; beat += 1) ways.push(await page.beat());
    expect(ways).toEqual([...Array(8).fill("renewed"), "too_many_requests"]);
    await page.pass(1);
    expect(await page.beat()).toBe("renewed");
  });

  it("is looked at whole where it comes as another type, or from another page", async () => {
    expect(await page.beat({ contentType: "application/json" })).toBe("whole");
    expect(await page.beat({ contentType: "image/png" })).toBe("unsupported_media_type");
    expect([await page.beat({ page: "q" }), await page.beat({ page: "q" })]).toEqual([
      "whole",
      "renewed",
    ]);
    // Of two pages the one that was heard last is known again.
    expect(await page.beat()).toBe("whole");
  });

  it("of an erased session begins another one", async () => {
    await page.engine.erase({ account: ACCOUNT, id: "s" });
    expect(await page.beat()).toBe("whole");
    expect(await page.store.count(ACCOUNT)).toBe(1);
  });
});
