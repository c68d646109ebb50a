/**
 * The visitors of the benchmark: numbered sessions, each with a ticket, a user and one page, and the
 * HTTP requests of their pages.
 */
import { createHmac } from "node:crypto";
import { Clock } from "../packages/collector/src/engine/clock.ts";
import { Engine } from "../packages/collector/src/engine/engine.ts";
import { createKeys } from "../packages/collector/src/engine/keys.ts";
import type { Store } from "../packages/collector/src/stores/store.ts";

export const ACCOUNT = "default";
export const ORIGIN = "https://shop.example";
const BATCH = 1_000;

export type Keys = ReturnType<typeof createKeys>;
export { createKeys };

/** Scatters ids like real ones: consecutive numbers have distant ids. */
export function sessionOf(number: number): string {
  return `conv_${((number * 387_420_489) % 1_000_000_007).toString().padStart(10, "0")}`;
}

/** As long as the SDK's page ids. */
export function pageOf(number: number): string {
  return `page_${number.toString().padStart(17, "0")}`;
}

/** Creates sessions `first` to `end - 1`: the helpdesk reports a ticket, then the page opens. */
export async function fill(engine: Engine, first: number, end: number): Promise<void> {
  for (let start = first; start < end; start += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, end - start) }, (_, each) => start + each);
    await Promise.all(numbers.map((number) => createSession(engine, number)));
    await Promise.all(numbers.map((number) => openPage(engine, number)));
  }
}

function createSession(engine: Engine, number: number) {
  const ticket = { id: String(4_000_000 + number), status: "open", group: "support" } as const;
  const create = { channel: "web_widget", user: `user_${number}`, ticket };
  const key = { account: ACCOUNT, id: sessionOf(number) };
  return engine.submit({ key, create, inputs: [{ type: "ticket_updated", ticket }] });
}

function openPage(engine: Engine, number: number, visible = true) {
  const key = { account: ACCOUNT, id: sessionOf(number) };
  const page = { page: pageOf(number), gen: 0, seq: 0, visible, armed: true };
  return engine.submit({ key, inputs: [{ type: "signal", signal: "open", ...page }] });
}

/** Settings for {@link createSilentSessions}: hidden pages have the shortest possible lease. */
export const SILENT_SETTINGS = {
  "presence.beatSeconds.hidden": 1,
  "presence.leaseSeconds.hidden": 2,
  // Long enough that all leases have expired before the first verdict is due.
  "presence.bufferSeconds": 8,
};
const SILENT_FOR_MS = 10_000;

/**
 * Creates sessions from number `first` on whose page never sends another signal. Their verdicts fall due
 * after `afterMs`, spread evenly over `spreadMs`. Requires {@link SILENT_SETTINGS}.
 */
export async function createSilentSessions(
  store: Store,
  first: number,
  { sessions, afterMs, spreadMs }: { sessions: number; afterMs: number; spreadMs: number },
): Promise<void> {
  const startAt = Date.now() + afterMs - SILENT_FOR_MS;
  // Heartbeats until then: the gap is not an outage.
  for (let at = Date.now(); at < startAt; at += 2_000) await store.heartbeat(at, 5_000);
  let now = startAt;
  const engine = new Engine(store, new Clock(() => now));
  for (let start = 0; start < sessions; start += BATCH) {
    const numbers = Array.from(
      { length: Math.min(BATCH, sessions - start) },
      (_, each) => start + each,
    );
    now = startAt + (start / sessions) * spreadMs;
    await Promise.all(numbers.map((number) => createSession(engine, first + number)));
    await Promise.all(numbers.map((number) => openPage(engine, first + number, false)));
  }
}

const EXPIRES_AT_SECONDS = Math.floor(Date.now() / 1000) + 86_400;
const HEAD = base64url({ alg: "HS256", typ: "JWT" });

/** The session's token, as a customer's server would mint it. All have the same length. */
export function tokenOf(number: number, secret: string): string {
  const sub = `user_${number.toString().padStart(9, "0")}`;
  const claims = { aud: ACCOUNT, sid: sessionOf(number), exp: EXPIRES_AT_SECONDS, sub };
  const signed = `${HEAD}.${base64url(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** A request, and the byte offsets of what changes from beat to beat. */
export interface BeatBytes {
  readonly bytes: Buffer;
  readonly sessionAt: number;
  readonly tokenAt: number;
  readonly pageAt: number;
  readonly seqAt: number;
}

export const SEQ_DIGITS = 9;

/** A signal as a browser sends it over HTTP/1.1; `seq` has {@link SEQ_DIGITS} digits. */
export function beatBytes(port: number, keys: Keys, type: "beat" | "open", gen: number): BeatBytes {
  const body = JSON.stringify({
    v: 1,
    key: keys.publishableKey,
    session: sessionOf(0),
    token: tokenOf(0, keys.tokenSecret),
    page: pageOf(0),
    gen,
    type,
    seq: 10 ** (SEQ_DIGITS - 1),
    visible: true,
    armed: true,
  });
  const head = [
    "POST /v1/signals HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    "Connection: keep-alive",
    `Content-Length: ${body.length}`,
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
    "Content-Type: text/plain;charset=UTF-8",
    "Accept: */*",
    `Origin: ${ORIGIN}`,
    `Referer: ${ORIGIN}/`,
  ].join("\r\n");
  const text = `${head}\r\n\r\n${body}`;
  return {
    bytes: Buffer.from(text, "latin1"),
    sessionAt: text.indexOf(sessionOf(0)),
    tokenAt: text.indexOf(tokenOf(0, keys.tokenSecret)),
    pageAt: text.indexOf(pageOf(0)),
    seqAt: text.indexOf('"seq":') + 6,
  };
}
