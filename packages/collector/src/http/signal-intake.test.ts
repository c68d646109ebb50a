import { createHmac, hash } from "node:crypto";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { Accounts } from "../engine/accounts.ts";
import { Clock } from "../engine/clock.ts";
import { Engine } from "../engine/engine.ts";
import { createKeys } from "../engine/keys.ts";
import { SILENT_METER } from "../engine/meter.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import type { Store } from "../stores/store.ts";
import { readBeatKey } from "./beat-key.ts";
import { Problem } from "./problem.ts";
import { mintToken } from "./session-token.ts";
import { SignalIntake } from "./signal-intake.ts";

const START = 1_700_000_000_000;
const HOUR_SECONDS = 3_600;
const ACCOUNT = "shop";
const ORIGIN = "https://shop.example";
const ADDRESS_LIMIT = 100;
const USUAL_TYPE = "text/plain;charset=UTF-8";

interface Sent {
  readonly token?: string | undefined;
  readonly origin?: string | undefined;
  readonly contentType?: string;
  readonly key?: string;
  readonly session?: string;
  readonly page?: string;
  readonly gen?: number;
  readonly type?: string;
  readonly address?: string;
}

/** A page that beats, and an intake that tells by which path each beat went. */
class IntakeHarness {
  now = START;
  readonly store: Store = new MemoryStore();
  readonly clock = new Clock(() => this.now);
  readonly engine: Engine;
  readonly accounts = new Accounts(this.store, this.clock);
  readonly keys = createKeys();
  readonly intake: SignalIntake;
  /** How often the intake hashed a body, verified a signature or read a body's text. */
  readonly work = { hashes: 0, signatures: 0, texts: 0 };
  /** How often sessions were loaded. */
  loads = 0;
  token = "";
  /** A number with another digit takes the slow path. */
  #seq = 10_000;
  #leaseWrites = 0;

  /** @param hasFastPath otherwise the store cannot renew leases. */
  constructor(hasFastPath = true) {
    if (!hasFastPath) Object.assign(this.store, { renew: undefined });
    this.engine = new Engine(this.store, this.clock);
    this.intake = new SignalIntake({
      engine: this.engine,
      accounts: this.accounts,
      limits: { perSession: 8, perAddress: ADDRESS_LIMIT, perAccount: 100 },
      maxSessions: 100,
      meter: SILENT_METER,
      hmac: (secret, text) => {
        this.work.signatures += 1;
        return createHmac("sha256", secret).update(text).digest("base64url");
      },
    });
  }

  async open(): Promise<void> {
    await this.engine.heartbeat();
    await this.set({ "presence.mode": "on", origins: [ORIGIN] });
    await this.accounts.put(ACCOUNT, { keys: this.keys });
    const { load, renew } = this.store;
    this.store.load = (lookups) => {
      this.loads += lookups.length;
      return load.call(this.store, lookups);
    };
    if (renew) {
      this.store.renew = (leases) => {
        this.#leaseWrites += leases.length;
        return renew.call(this.store, leases);
      };
    }
    this.token = await this.mint();
  }

  #set = {};

  set(overrides: object): Promise<unknown> {
    this.#set = { ...this.#set, ...overrides };
    return this.engine.changeSettings(ACCOUNT, { overrides: this.#set });
  }

  async mint(ttlSeconds = 600): Promise<string> {
    const account = this.accounts.byName(ACCOUNT);
    if (!account) throw new Error("There is no account.");
    const session = { session: "s", user: null, ttlSeconds };
    return (await mintToken(this.accounts, account, session, this.now)).token;
  }

  /** Lets that much time pass, with a beat a minute. */
  async beatFor(seconds: number): Promise<void> {
    const until = this.now + seconds * 1_000;
    while (this.now + 60_000 < until) {
      this.now += 60_000;
      await this.store.heartbeat(this.now, Number.MAX_SAFE_INTEGER);
      expect(await this.beat()).toBe("fast");
    }
    this.now = until;
    await this.store.heartbeat(this.now, Number.MAX_SAFE_INTEGER);
  }

  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      this.now += 1_000;
      await this.engine.heartbeat();
    }
  }

  /** Sends a beat or another signal; returns the path that it took, or the code of its refusal. */
  async beat(sent: Sent = {}): Promise<string> {
    const { path, nextMs } = await this.send(sent);
    const { type = "beat" } = sent;
    if (nextMs !== null && path !== "stopped")
      expect(nextMs).toBe({ leave: 0, hidden: 45_000 }[type] ?? 60_000);
    return path;
  }

  /** The same with the answer; `nextMs` is null if the signal was refused. */
  async send({ origin = ORIGIN, contentType = USUAL_TYPE, ...said }: Sent = {}) {
    this.#seq += 1;
    const { token = this.token, key = this.keys.publishableKey, session = "s", page = "p" } = said;
    const { gen = 0, type = "beat", address = "::1" } = said;
    const signal = { type, seq: this.#seq, visible: true, armed: true };
    const text = JSON.stringify({ v: 1, key, session, token, page, gen, ...signal });
    const keyed = readBeatKey(Buffer.from(text), (bytes) => {
      this.work.hashes += 1;
      return hash("sha256", bytes, "binary");
    });
    const before = this.#leaseWrites;
    try {
      const { nextMs } = await this.intake.take({
        contentType,
        origin,
        address: () => address,
        text: () => {
          this.work.texts += 1;
          return text;
        },
        keyed,
      });
      if (nextMs === 0 && type !== "leave") return { path: "stopped", nextMs };
      return { path: this.#leaseWrites > before ? "fast" : "slow", nextMs };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { path: error.code, nextMs: null };
    }
  }
}

describe("a beat with the content of the one before", () => {
  let page: IntakeHarness;
  beforeEach(async () => {
    page = new IntakeHarness();
    await page.open();
    // The first creates the session, the second makes the cache entry.
    expect([await page.beat(), await page.beat(), await page.beat()]).toEqual([
      "slow",
      "slow",
      "fast",
    ]);
  });

  it("takes the fast path as long as it comes in time", async () => {
    for (let beat = 0; beat < 20; beat += 1) {
      await page.pass(10);
      expect(await page.beat()).toBe("fast");
    }
  });

  it("is hashed once, and neither decoded nor verified", async () => {
    Object.assign(page.work, { hashes: 0, signatures: 0, texts: 0 });
    expect(await page.beat()).toBe("fast");
    expect(page.work).toEqual({ hashes: 1, signatures: 0, texts: 0 });
  });

  it("takes the fast path also after its token has expired", async () => {
    page.token = await page.mint(30);
    expect([await page.beat(), await page.beat()]).toEqual(["slow", "fast"]);
    await page.beatFor(180);
    expect(await page.beat()).toBe("fast");
  });

  it("needs a new token 24 hours after its page was first heard", async () => {
    page.token = await page.mint(30);
    expect([await page.beat(), await page.beat()]).toEqual(["slow", "fast"]);
    await page.beatFor(24 * HOUR_SECONDS - 1);
    expect(await page.beat()).toBe("fast");
    page.now += 1_000;
    expect(await page.beat()).toBe("token_expired");
    page.token = await page.mint(30);
    expect([await page.beat(), await page.beat()]).toEqual(["slow", "fast"]);
    // Its new token holds for as long as it says, and no longer: the day is over.
    await page.pass(89);
    expect(await page.beat()).toBe("fast");
    await page.pass(1);
    expect(await page.beat()).toBe("token_expired");
  });

  it("is refused with the token of another session, or with one changed by a letter", async () => {
    const [head, claims, signature = ""] = page.token.split(".");
    const turned = signature.startsWith("A") ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
    expect(await page.beat({ token: `${head}.${claims}.${turned}` })).toBe("token_invalid");
    expect(await page.beat({ token: `${head}.${claims}x.${signature}` })).toBe("token_invalid");
    expect(await page.beat({ session: "other" })).toBe("token_other_session");
    expect(await page.beat()).toBe("fast");
  });

  it("is refused as soon as its key or its token secret is revoked, and accepted while they overlap", async () => {
    await page.accounts.put(ACCOUNT, { overlapMs: 20_000 });
    expect([await page.beat(), await page.beat()]).toEqual(["slow", "fast"]);
    await page.pass(20);
    expect(await page.beat()).toBe("key_invalid");
    const [key] = page.accounts.byName(ACCOUNT)?.publishableKeys ?? [];
    const fresh = { key: key?.key ?? "" };
    expect(await page.beat(fresh)).toBe("token_invalid");
    page.token = await page.mint();
    expect([await page.beat(fresh), await page.beat(fresh)]).toEqual(["slow", "fast"]);
    await page.accounts.put(ACCOUNT, { overlapMs: 0 });
    expect(await page.beat(fresh)).toBe("key_invalid");
  });

  it("is refused once keys were read that another process has revoked", async () => {
    const other = new Accounts(page.store, page.clock);
    await other.refresh();
    await other.put(ACCOUNT, { overlapMs: 0 });
    expect(await page.beat()).toBe("fast");
    await page.accounts.refresh();
    expect(await page.beat()).toBe("key_invalid");
  });

  it("is refused from an unlisted origin, and once its own origin was removed from the list", async () => {
    expect(await page.beat({ origin: "https://evil.example" })).toBe("origin_not_allowed");
    expect(await page.beat()).toBe("fast");
    await page.set({ origins: ["https://other.example"] });
    expect(await page.beat()).toBe("origin_not_allowed");
  });

  it("is the only one of its batch to be refused where its origin is removed while it waits", async () => {
    const waiting = page.beat();
    const key = { account: ACCOUNT, id: "other" };
    const other = page.engine.submit({ key, create: { channel: "web_widget" }, inputs: [] });
    await page.set({ origins: [] });
    expect(await waiting).toBe("origin_not_allowed");
    expect((await other).status).toBe("applied");
  });

  it("needs a valid token once the account requires one", async () => {
    await page.set({ binding: "open" });
    const open = { token: "none" };
    expect([await page.beat(open), await page.beat(open)]).toEqual(["slow", "fast"]);
    await page.set({ binding: "token" });
    expect(await page.beat(open)).toBe("token_invalid");
  });

  it("makes no cache entry where the account came to require a token while it waited", async () => {
    await page.set({ binding: "open" });
    const open = { token: "none" };
    expect(await page.beat(open)).toBe("slow");
    const waiting = page.beat({ ...open, page: "q" });
    await page.set({ binding: "token" });
    expect(await waiting).toBe("slow");
    expect(await page.beat({ ...open, page: "q" })).toBe("token_invalid");
  });

  it("holds no longer than its token and keys, also where it joined another request of its session", async () => {
    page.token = await page.mint(3_600);
    await page.accounts.put(ACCOUNT, { overlapMs: 20_000 });
    const key = page.accounts.byName(ACCOUNT)?.publishableKeys[0]?.key ?? "";
    expect([await page.beat({ key }), await page.beat({ key })]).toEqual(["slow", "fast"]);
    await page.pass(19);
    page.now += 999;
    // Its token secret expires while it waits for its batch, with another request of its session.
    const waiting = page.beat({ key });
    const session = { account: ACCOUNT, id: "s" };
    await page.engine.submit({ key: session, inputs: [{ type: "agent_message" }] });
    expect(await waiting).toBe("slow");
    page.now += 1;
    expect(await page.beat({ key })).toBe("token_invalid");
  });

  it("makes no cache entry where its key was revoked while its secret was hashed", async () => {
    await page.set({ binding: "capability" });
    const secret = "s".repeat(32);
    const bound = { type: "bound", hash: hash("sha256", secret) } as const;
    await page.engine.submit({ key: { account: ACCOUNT, id: "s" }, inputs: [bound] });
    const other = new Accounts(page.store, page.clock);
    await other.refresh();
    const waiting = page.beat({ token: secret });
    await other.put(ACCOUNT, { overlapMs: 0 });
    await page.accounts.refresh();
    expect(await waiting).toBe("slow");
    expect(await page.beat({ token: secret })).toBe("key_invalid");
  });

  it("takes the fast path with a secret that the session was bound to", async () => {
    await page.set({ binding: "capability" });
    const secret = "s".repeat(32);
    expect(await page.beat({ token: secret })).toBe("binding_unknown");
    const bound = { type: "bound", hash: hash("sha256", secret) } as const;
    await page.engine.submit({ key: { account: ACCOUNT, id: "s" }, inputs: [bound] });
    const paths = [await page.beat({ token: secret }), await page.beat({ token: secret })];
    expect(paths).toEqual(["slow", "fast"]);
    expect(await page.beat({ token: `${secret}s` })).toBe("binding_unknown");
    // Something else happened to the session, so its entry was removed.
    await page.engine.submit({
      key: { account: ACCOUNT, id: "s" },
      inputs: [{ type: "agent_message" }],
    });
    expect(await page.beat({ token: secret })).toBe("slow");
  });

  it("counts towards the rate limit of its session", async () => {
    await page.pass(1);
    const paths: string[] = [];
    for (let beat = 0; beat < 9; beat += 1) paths.push(await page.beat());
    expect(paths).toEqual([...Array(8).fill("fast"), "too_many_requests"]);
    await page.pass(1);
    expect(await page.beat()).toBe("fast");
  });

  it("takes the slow path with another content type, or from another page", async () => {
    expect(await page.beat({ contentType: "application/json" })).toBe("slow");
    expect(await page.beat({ contentType: "image/png" })).toBe("unsupported_media_type");
    expect([await page.beat({ page: "q" }), await page.beat({ page: "q" })]).toEqual([
      "slow",
      "fast",
    ]);
    // Of two pages of a session only the one that reported last has an entry.
    expect(await page.beat()).toBe("slow");
  });

  it("is refused where another collector has created its session again, without its secret", async () => {
    await page.set({ binding: "capability" });
    const secret = "s".repeat(32);
    const key = { account: ACCOUNT, id: "s" };
    const bound = { type: "bound", hash: hash("sha256", secret) } as const;
    await page.engine.submit({ key, inputs: [bound] });
    const paths = [await page.beat({ token: secret }), await page.beat({ token: secret })];
    expect(paths).toEqual(["slow", "fast"]);
    const other = new Engine(page.store, page.clock);
    await other.broadcasts.refresh();
    await other.erase(key);
    await other.submit({ key, create: { channel: "web_widget" }, inputs: [] });
    expect(await page.beat({ token: secret })).toBe("binding_unknown");
  });

  it("stops and creates nothing for 8 days after its session was erased", async () => {
    page.token = await page.mint(30 * 24 * HOUR_SECONDS);
    await page.engine.erase({ account: ACCOUNT, id: "s" });
    expect(await page.beat()).toBe("stopped");
    expect(await page.beat({ type: "open", page: "q" })).toBe("stopped");
    expect(await page.beat({ type: "leave" })).toBe("slow");
    page.now += 8 * 24 * HOUR_SECONDS * 1_000 - 1;
    await page.store.heartbeat(page.now, Number.MAX_SAFE_INTEGER);
    expect(await page.beat()).toBe("stopped");
    expect(await page.store.count(ACCOUNT)).toBe(0);
    page.now += 1;
    expect(await page.beat()).toBe("slow");
    expect(await page.store.count(ACCOUNT)).toBe(1);
  });

  it("is accepted again once the desk has created its erased session again", async () => {
    await page.engine.erase({ account: ACCOUNT, id: "s" });
    const key = { account: ACCOUNT, id: "s" };
    await page.engine.submit({ key, inputs: [], create: { channel: "web_widget" } });
    expect([await page.beat(), await page.beat()]).toEqual(["slow", "fast"]);
  });

  it("needs a valid token also where its session was erased", async () => {
    await page.engine.erase({ account: ACCOUNT, id: "s" });
    expect(await page.beat({ token: "x" })).toBe("token_invalid");
  });
});

describe("a token that has expired", () => {
  let page: IntakeHarness;
  beforeEach(async () => {
    page = new IntakeHarness();
    await page.open();
    page.token = await page.mint(30);
    expect(await page.beat({ type: "open" })).toBe("slow");
  });

  /** Until the token has expired, its leeway included. */
  const expire = () => page.beatFor(100);
  /** Until the session is offline: its lease and its buffer have passed. */
  const goOffline = () => page.pass(120);

  beforeEach(async () => {
    expect([await page.beat(), await page.beat()]).toEqual(["slow", "fast"]);
  });

  it("serves the page that it opened, whatever that page reports", async () => {
    await expire();
    expect(await page.beat({ type: "hidden" })).toBe("slow");
    expect(await page.beat({ type: "visible" })).toBe("slow");
    expect([await page.beat(), await page.beat()]).toEqual(["slow", "fast"]);
    expect(await page.beat({ type: "leave" })).toBe("slow");
  });

  it("opens no other page", async () => {
    await expire();
    expect(await page.beat({ page: "q", type: "open" })).toBe("token_expired");
    expect(await page.beat({ page: "q" })).toBe("token_expired");
    expect(await page.beat()).toBe("fast");
  });

  it("serves no page that another token has opened", async () => {
    const other = await page.mint(31);
    await expire();
    expect(await page.beat({ token: other })).toBe("token_expired");
    expect(await page.beat()).toBe("fast");
  });

  it("serves its page no longer once a newer token was used for it", async () => {
    const old = page.token;
    page.token = await page.mint(60);
    expect([await page.beat(), await page.beat()]).toEqual(["slow", "fast"]);
    await page.beatFor(200);
    expect(await page.beat({ token: old })).toBe("token_expired");
    expect(await page.beat()).toBe("fast");
  });

  it("serves the next generation of its page while the session is not offline", async () => {
    await expire();
    expect(await page.beat({ type: "leave" })).toBe("slow");
    await page.pass(10);
    expect(await page.beat({ type: "open", gen: 1 })).toBe("slow");
    expect([await page.beat({ gen: 1 }), await page.beat({ gen: 1 })]).toEqual(["slow", "fast"]);
  });

  it("is refused once the session is offline, before and after another page came back", async () => {
    await expire();
    await goOffline();
    expect(await page.beat()).toBe("token_expired");
    const fresh = await page.mint(600);
    expect(await page.beat({ token: fresh, page: "q" })).toBe("slow");
    expect(await page.beat()).toBe("token_expired");
    expect(await page.beat({ token: fresh })).toBe("slow");
  });

  it("is refused at the instant at which the session goes offline, without a sweep before", async () => {
    await expire();
    expect(await page.beat()).toBe("fast");
    const [found] = await page.store.load([{ key: { account: ACCOUNT, id: "s" }, eventIds: [] }]);
    const leaseUntil = found?.stored?.deadlineAt ?? 0;
    page.now = leaseUntil + 15_000;
    await page.store.heartbeat(page.now, Number.MAX_SAFE_INTEGER);
    expect(await page.beat()).toBe("token_expired");
    const [after] = await page.store.load([{ key: { account: ACCOUNT, id: "s" }, eventIds: [] }]);
    expect(after?.stored?.session.presence).toBe("offline");
  });

  it("is refused where its session goes offline while a cached beat waits for its batch", async () => {
    await expire();
    const waiting = page.beat();
    page.now += 180_000;
    await page.store.heartbeat(page.now, Number.MAX_SAFE_INTEGER);
    expect(await waiting).toBe("token_expired");
  });

  it("serves no page once its session was erased, and creates none", async () => {
    await expire();
    await page.engine.erase({ account: ACCOUNT, id: "s" });
    expect(await page.beat()).toBe("stopped");
    expect(await page.store.count(ACCOUNT)).toBe(0);
  });

  it("is refused once its secret is revoked, also for the page that it opened", async () => {
    await expire();
    await page.accounts.put(ACCOUNT, { overlapMs: 0 });
    const key = page.accounts.byName(ACCOUNT)?.publishableKeys[0]?.key ?? "";
    expect(await page.beat({ key })).toBe("token_invalid");
  });

  it("is refused for another session", async () => {
    await expire();
    expect(await page.beat({ session: "other" })).toBe("token_other_session");
  });

  it("serves its page in the mode `shadow` too", async () => {
    await page.set({ "presence.mode": "shadow" });
    expect([await page.beat({ type: "open", page: "r" }), await page.beat({ page: "r" })]).toEqual([
      "slow",
      "slow",
    ]);
    await page.pass(60);
    expect(await page.beat({ page: "r" })).toBe("slow");
    await page.pass(60);
    expect(await page.beat({ page: "r" })).toBe("slow");
    expect(await page.beat({ page: "q" })).toBe("token_expired");
  });
});

describe("a stolen token", () => {
  let page: IntakeHarness;
  beforeEach(async () => {
    page = new IntakeHarness();
    await page.open();
    page.token = await page.mint(30);
    expect([await page.beat(), await page.beat()]).toEqual(["slow", "slow"]);
  });

  const presence = async () => {
    const [found] = await page.store.load([{ key: { account: ACCOUNT, id: "s" }, eventIds: [] }]);
    return found?.stored?.session.presence;
  };

  it("opens further pages of its session while it is good, and keeps them for a day at most", async () => {
    expect(await page.beat({ page: "thief", type: "open" })).toBe("slow");
    expect(await page.beat({ page: "thief" })).toBe("slow");
    for (let beats = 0; beats < 24 * 60; beats += 1) {
      page.now += 60_000;
      await page.store.heartbeat(page.now, Number.MAX_SAFE_INTEGER);
      const isLast = beats === 24 * 60 - 1;
      const outcomes = isLast ? ["token_expired"] : ["fast", "slow"];
      expect(outcomes).toContain(await page.beat({ page: "thief" }));
    }
  });

  it("closes no page whose id its holder does not know", async () => {
    expect(await page.beat({ page: "guess", type: "leave" })).toBe("slow");
    await page.pass(20);
    expect(await presence()).toBe("online");
    expect(await page.beat()).toBe("slow");
  });

  it("speaks for no other session, and for no other account", async () => {
    expect(await page.beat({ session: "other" })).toBe("token_other_session");
    const { publishableKey } = await page.accounts.put("another");
    await page.engine.changeSettings("another", { overrides: { origins: [ORIGIN] } });
    expect(await page.beat({ key: publishableKey })).toBe("token_invalid");
  });

  it("ends with its secret, with its session, and not with a newer token of the page", async () => {
    const fresh = await page.mint(600);
    expect(await page.beat({ token: fresh })).toBe("slow");
    expect(await page.beat({ page: "thief" })).toBe("slow");
    await page.accounts.put(ACCOUNT, { overlapMs: 0 });
    const key = page.accounts.byName(ACCOUNT)?.publishableKeys[0]?.key ?? "";
    expect(await page.beat({ page: "thief", key })).toBe("token_invalid");
    page.token = await page.mint(30);
    expect(await page.beat({ page: "thief", key })).toBe("slow");
    await page.engine.erase({ account: ACCOUNT, id: "s" });
    expect(await page.beat({ page: "thief", key })).toBe("stopped");
  });
});

describe("a publishable key", () => {
  it("alone, or with the id of a session, opens no page and creates no session", async () => {
    const page = new IntakeHarness();
    await page.open();
    expect(await page.beat({ token: "" })).toBe("token_missing");
    expect(await page.beat({ token: "", type: "leave" })).toBe("token_missing");
    expect(await page.store.count(ACCOUNT)).toBe(0);
  });
});

describe("the origin `null`", () => {
  const hidden = { origin: "null" };
  let page: IntakeHarness;
  beforeEach(async () => {
    page = new IntakeHarness();
    await page.open();
  });

  it("may go on with a page that the session knows, on both paths", async () => {
    expect(await page.beat({ type: "open" })).toBe("slow");
    expect(await page.beat({ ...hidden, type: "hidden" })).toBe("slow");
    expect([await page.beat(hidden), await page.beat(hidden)]).toEqual(["slow", "fast"]);
    expect(await page.beat({ ...hidden, type: "leave" })).toBe("slow");
  });

  it("may not open a page, nor speak for one that was not heard before", async () => {
    expect(await page.beat({ ...hidden, type: "open" })).toBe("origin_not_allowed");
    expect(await page.beat(hidden)).toBe("origin_not_allowed");
    expect(await page.store.count(ACCOUNT)).toBe(0);
    expect(await page.beat()).toBe("slow");
    expect(await page.beat({ ...hidden, page: "q" })).toBe("origin_not_allowed");
    expect(await page.beat({ ...hidden, page: "q", type: "leave" })).toBe("origin_not_allowed");
    expect(await page.beat({ ...hidden, type: "open", gen: 1 })).toBe("origin_not_allowed");
  });

  it("may open pages once it is listed", async () => {
    await page.set({ origins: ["null"] });
    expect(await page.beat({ ...hidden, type: "open" })).toBe("slow");
    expect([await page.beat(hidden), await page.beat(hidden)]).toEqual(["slow", "fast"]);
  });

  it("needs a valid token of the session like any other", async () => {
    expect(await page.beat({ type: "open" })).toBe("slow");
    expect(await page.beat({ ...hidden, token: "x" })).toBe("token_invalid");
  });
});

describe("a secret key", () => {
  it("that a page sends is refused as such, whether it is valid or not", async () => {
    const page = new IntakeHarness();
    await page.open();
    expect(await page.beat({ key: page.keys.secretKey })).toBe("secret_key_in_page");
    expect(await page.beat({ key: "sk_unknown" })).toBe("secret_key_in_page");
    expect(await page.beat({ key: "pk_unknown" })).toBe("key_invalid");
  });
});

describe("the fast path", () => {
  type Token = "valid" | "short" | "forged" | "missing";
  type Step =
    | {
        readonly do: "send";
        readonly token: Token;
        readonly isFirstKey: boolean;
        readonly sent: Sent;
      }
    | { readonly do: "pass"; readonly seconds: number }
    | { readonly do: keyof typeof EVENTS };

  const KEY = { account: ACCOUNT, id: "s" };
  const MESSAGE = { key: KEY, inputs: [{ type: "agent_message" }] } as const;

  /** What may happen between two signals. */
  const EVENTS = {
    rotate: (page: IntakeHarness) => page.accounts.put(ACCOUNT, { overlapMs: 20_000 }),
    revoke: (page: IntakeHarness) => page.accounts.put(ACCOUNT, { overlapMs: 0 }),
    async mint(page: IntakeHarness) {
      page.token = await page.mint();
    },
    unlist: (page: IntakeHarness) => page.set({ origins: [] }),
    list: (page: IntakeHarness) => page.set({ origins: [ORIGIN] }),
    requireToken: (page: IntakeHarness) => page.set({ binding: "token" }),
    requireNone: (page: IntakeHarness) => page.set({ binding: "open" }),
    change: (page: IntakeHarness) => page.engine.submit(MESSAGE),
    erase: (page: IntakeHarness) => page.engine.erase(KEY),
    create: (page: IntakeHarness) =>
      page.engine.submit({ ...MESSAGE, create: { channel: "web_widget" } }),
    async changeElsewhere(page: IntakeHarness) {
      const other = new Engine(page.store, page.clock);
      await other.broadcasts.refresh();
      await other.submit(MESSAGE);
    },
  };
  const EVENT_NAMES = Object.keys(EVENTS) as (keyof typeof EVENTS)[];

  const beat: Step = { do: "send", token: "valid", isFirstKey: false, sent: {} };
  const send = fc.record({
    do: fc.constant("send" as const),
    token: fc.constantFrom<Token>("valid", "valid", "short", "forged", "missing"),
    isFirstKey: fc.boolean(),
    sent: fc.record(
      {
        origin: fc.constantFrom(ORIGIN, "null", "https://evil.example"),
        contentType: fc.constantFrom(USUAL_TYPE, "application/json", "image/png"),
        page: fc.constantFrom("p", "q"),
        type: fc.constantFrom("beat", "open", "hidden", "leave"),
      },
      { requiredKeys: [] },
    ),
  });
  const pass = fc.record({ do: fc.constant("pass" as const), seconds: fc.nat({ max: 60 }) });
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 20, arbitrary: fc.constant(beat) },
    { weight: 5, arbitrary: send },
    { weight: 8, arbitrary: pass },
    { weight: 5, arbitrary: fc.constantFrom(...EVENT_NAMES).map((name) => ({ do: name })) },
  );

  async function play(page: IntakeHarness, short: string, each: Step) {
    if (each.do === "pass") await page.pass(each.seconds);
    else if (each.do !== "send") await EVENTS[each.do](page);
    if (each.do !== "send") return null;
    const tokens = { valid: page.token, short, forged: `${page.token}x`, missing: "" };
    const [current] = page.accounts.byName(ACCOUNT)?.publishableKeys ?? [];
    const key = each.isFirstKey ? page.keys.publishableKey : (current?.key ?? "");
    return page.send({ ...each.sent, token: tokens[each.token], key });
  }

  it("gives the answer that the slow path gives, whatever is sent and happens in between", async () => {
    let [hits, refusals] = [0, 0];
    const holds = async (steps: readonly Step[]) => {
      const pages = [new IntakeHarness(), new IntakeHarness(false)] as const;
      const short: string[] = [];
      for (const page of pages) {
        await page.open();
        short.push(await page.mint(30));
      }
      for (const each of steps) {
        const answer = await play(pages[0], short[0] ?? "", each);
        const expected = await play(pages[1], short[1] ?? "", each);
        const isHit = answer?.path === "fast";
        expect(isHit ? { ...answer, path: "slow" } : answer).toEqual(expected);
        if (isHit) hits += 1;
        if (answer?.nextMs === null) refusals += 1;
      }
    };
    const steps = fc.array(step, { minLength: 10, maxLength: 60, size: "max" });
    await fc.assert(fc.asyncProperty(steps, holds), { numRuns: 300 });
    expect(hits).toBeGreaterThan(300);
    expect(refusals).toBeGreaterThan(300);
  });
});

describe("who has proved nothing", () => {
  const secret = "s".repeat(32);
  const stranger = { address: "2001:db8:1:2::7" };
  let page: IntakeHarness;
  beforeEach(async () => {
    page = new IntakeHarness();
    await page.open();
  });

  /** Binds the session to the page's secret, which has proved itself once. */
  async function bindSecret(): Promise<void> {
    await page.set({ binding: "capability" });
    const bound = { type: "bound", hash: hash("sha256", secret) } as const;
    const create = { channel: "web_widget" };
    await page.engine.submit({ key: { account: ACCOUNT, id: "s" }, create, inputs: [bound] });
    page.token = secret;
    expect(await page.beat({ type: "open" })).toBe("slow");
    await page.pass(1);
  }

  /** What becomes of guesses, and how many sessions they load. */
  async function flood(count: number, said: Sent): Promise<Record<string, number>> {
    const before = page.loads;
    const result: Record<string, number> = {};
    for (let sent = 0; sent < count; sent += 1) {
      const path = await page.beat({ ...stranger, ...said });
      result[path] = (result[path] ?? 0) + 1;
    }
    return { ...result, loads: page.loads - before };
  }

  it("uses up no limit of a session with secrets that it does not know", async () => {
    await bindSecret();
    expect(await flood(20, { token: "x".repeat(32) })).toEqual({ binding_unknown: 20, loads: 20 });
    expect(await page.beat({ type: "visible" })).toBe("slow");
  });

  it("uses up no limit of a session with an expired token, whatever page it names", async () => {
    page.token = await page.mint(30);
    expect([await page.beat(), await page.beat(), await page.beat()]).toContain("fast");
    await page.beatFor(100);
    expect(await flood(20, { page: "q" })).toEqual({ token_expired: 20, loads: 20 });
    expect(await page.beat({ type: "visible" })).toBe("slow");
  });

  it("is counted by its address, IPv6 by its /64, before the session is loaded", async () => {
    await bindSecret();
    const half = ADDRESS_LIMIT / 2;
    const guess = { token: "x".repeat(32) };
    expect(await flood(half, guess)).toEqual({ binding_unknown: half, loads: half });
    const neighbour = { ...guess, address: "2001:db8:1:2:ffff::9" };
    expect(await flood(half, neighbour)).toEqual({ binding_unknown: half, loads: half });
    expect(await flood(20, guess)).toEqual({ too_many_requests: 20, loads: 0 });
    expect(await flood(20, neighbour)).toEqual({ too_many_requests: 20, loads: 0 });
    const elsewhere = { ...guess, address: "2001:db8:1:3::7" };
    expect(await flood(1, elsewhere)).toEqual({ binding_unknown: 1, loads: 1 });
    await page.pass(1);
    expect(await flood(1, guess)).toEqual({ binding_unknown: 1, loads: 1 });
  });

  it("stops no page behind its own address that has proved itself before", async () => {
    await bindSecret();
    await flood(ADDRESS_LIMIT + 10, { token: "x".repeat(32) });
    expect(await page.beat({ ...stranger, type: "hidden" })).toBe("slow");
    expect(await page.beat({ ...stranger, type: "visible" })).toBe("slow");
  });

  it("does not count pages whose sessions know their secrets by their common address", async () => {
    await page.set({ binding: "capability" });
    for (let index = 0; index < ADDRESS_LIMIT + 10; index += 1) {
      const [id, token] = [`s${index}`, `${secret}${index}`];
      const bound = { type: "bound", hash: hash("sha256", token) } as const;
      const create = { channel: "web_widget" };
      await page.engine.submit({ key: { account: ACCOUNT, id }, create, inputs: [bound] });
      expect(await page.beat({ ...stranger, session: id, token })).toBe("slow");
    }
  });

  it("is counted by its address again once its secret is no longer known", async () => {
    await bindSecret();
    for (let index = 0; index < 8; index += 1) {
      const bound = { type: "bound", hash: hash("sha256", `other ${index}`) } as const;
      await page.engine.submit({ key: { account: ACCOUNT, id: "s" }, inputs: [bound] });
    }
    await page.pass(1);
    const own = { token: secret };
    expect(await flood(20, own)).toEqual({ binding_unknown: 20, loads: 20 });
  });

  it("counts in the limit of the session where the account requires no proof", async () => {
    await page.set({ binding: "open" });
    const { too_many_requests: refused } = await flood(20, { type: "visible" });
    expect(refused).toBe(12);
  });

  it("counts in the limit of the session once it has proved itself", async () => {
    await bindSecret();
    const { slow, too_many_requests: refused } = await flood(20, { type: "visible" });
    expect([slow, refused]).toEqual([8, 12]);
  });
});
