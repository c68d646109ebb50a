/**
 * Makes the calls of a plan on one deployment, and returns the answers in a form that can be compared.
 * @module
 */
import { createHmac } from "node:crypto";
import { signToken } from "../support/token.ts";
import { Comparable } from "./comparable.ts";
import { type Deployment, type Keys, MAX_MOVE_MS } from "./deployment.ts";
import { SESSIONS } from "./names.ts";
import type { Bearer, Call, Step } from "./plan.ts";
import { type Answer, open, type SendOptions, send } from "./send.ts";

const REPLAY_MS = 60_000;
const PAGE = 500;

export class Client {
  readonly #deployment: Deployment;
  readonly #account: string;
  readonly #startAt: number;
  readonly #keys: Keys;
  readonly #comparable: Comparable;
  /** Keys that calls have made, by their names. */
  readonly #made = new Map<string, { readonly id: string; readonly key: string }>();
  /** Ids of the audit log, the latest first, as it was last read. */
  #entries: readonly string[] = [];
  #now: number;

  private constructor(deployment: Deployment, account: string, startAt: number, keys: Keys) {
    this.#deployment = deployment;
    this.#account = account;
    this.#startAt = startAt;
    this.#now = startAt;
    this.#keys = keys;
    this.#comparable = new Comparable(account, keys, deployment.url);
  }

  /** Creates an account. */
  static async start(deployment: Deployment, account: string, startAt: number): Promise<Client> {
    await deployment.moveTo(startAt, "");
    const keys = await deployment.createAccount(account);
    await deployment.moveTo(startAt, account);
    return new Client(deployment, account, startAt, keys);
  }

  async play(step: Step): Promise<unknown> {
    const until = this.#now + step.afterMs;
    while (this.#now < until) {
      this.#now = Math.min(until, this.#now + MAX_MOVE_MS);
      await this.#deployment.moveTo(this.#now, this.#account);
    }
    const answer = await this.#call(step);
    return isFollowedLate(step) ? [answer, await this.#touchAll()] : answer;
  }

  /** At the edge a session that is over follows some settings when something else happens to it (docs/edge.md). */
  async #touchAll(): Promise<unknown> {
    const body = { type: "activity" };
    const answers: unknown[] = [];
    for (const id of SESSIONS) {
      const path = `/v1/sessions/${encodeURIComponent(id)}/events`;
      answers.push(await this.#request({ type: "request", method: "POST", path, body }));
    }
    return answers;
  }

  async #call(call: Call): Promise<unknown> {
    switch (call.type) {
      case "signal":
        return this.#signal(call);
      case "pages":
        return this.#pages(call.path);
      case "desk":
        return this.#report(call);
      case "burst":
        return this.#burst(call);
      case "log":
        return this.#log(call.track);
      case "request":
        return this.#request(call);
    }
  }

  async #request({
    method,
    path,
    body,
    text,
    headers = {},
    as = "own",
  }: Extract<Call, { type: "request" }>): Promise<unknown> {
    const response = await this.#send(path, {
      method,
      headers: {
        ...this.#authorization(as),
        ...headers,
        ...(body !== undefined && { "Content-Type": "application/json" }),
      },
      ...(text !== undefined && { body: text }),
      ...(body !== undefined && { body: this.#filledIn(JSON.stringify(body)) }),
    });
    const answer = this.#comparable.answer(response);
    const { entries } = (answer.parsed ?? {}) as { entries?: unknown };
    if (Array.isArray(entries)) this.#entries = entries.map(({ id }) => id);
    const { name } = (body ?? {}) as { name?: string };
    const made = answer.parsed as { id?: string; key?: string } | null;
    if (path === "/v1/keys" && name !== undefined && made?.id && made.key) {
      this.#made.set(name, { id: made.id, key: made.key });
    }
    return answer.comparable;
  }

  #authorization(as: Bearer): Record<string, string> {
    if (as === "none") return {};
    const made = this.#made.get(as.slice("key:".length))?.key;
    const key = as === "own" ? this.#keys.secretKey : (made ?? "sk_wrong");
    return { Authorization: `Bearer ${key}` };
  }

  async #report({ body, secret }: Extract<Call, { type: "desk" }>): Promise<unknown> {
    const text = this.#filledIn(JSON.stringify(body));
    const timestamp = String(Math.floor(this.#now / 1_000));
    const signature = createHmac("sha256", secret).update(`${timestamp}.${text}`).digest("hex");
    const response = await this.#send("/v1/desks/$account/inbound", {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "X-Chatwoot-Signature": `sha256=${signature}`,
        "X-Chatwoot-Timestamp": timestamp,
      },
      body: text,
    });
    return this.#comparable.answer(response).comparable;
  }

  async #burst({ count, call }: Extract<Call, { type: "burst" }>): Promise<unknown> {
    const answers: unknown[] = [];
    for (let sent = 0; sent < count; sent += 1) answers.push(await this.#call(call));
    return answers;
  }

  async #signal({ body, token, origin }: Extract<Call, { type: "signal" }>): Promise<unknown> {
    const text = { v: 1, key: this.#keys.publishableKey, ...body, ...this.#tokenOf(token) };
    const response = await this.#send("/v1/signals", {
      method: "POST",
      headers: { "Content-Type": "text/plain", ...(origin !== undefined && { Origin: origin }) },
      body: JSON.stringify(text),
    });
    return this.#comparable.answer(response).comparable;
  }

  #tokenOf(token: Extract<Call, { type: "signal" }>["token"]) {
    if (token === undefined || typeof token === "string")
      return token === undefined ? {} : { token };
    const { session: sid, user: sub, expiresAtS } = token;
    const exp = Math.floor(this.#startAt / 1_000) + expiresAtS;
    const claims = { aud: this.#account, sid, exp, ...(sub !== null && { sub }) };
    return { token: signToken(this.#keys.tokenSecret, claims) };
  }

  async #pages(path: string): Promise<unknown> {
    const pages: unknown[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const next: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const response = await this.#send(`${path}${next}`, { headers: this.#authorization("own") });
      const answer = this.#comparable.answer(response);
      pages.push(answer.comparable);
      cursor = (answer.parsed as { cursor?: string | null }).cursor ?? null;
    }
    return pages;
  }

  async #log(track: string): Promise<unknown> {
    const ids: string[] = [];
    const transitions: unknown[] = [];
    for (let cursor: string | null = "0"; cursor !== null; ) {
      const path = `/v1/transitions?limit=${PAGE}&track=${track}&after=${cursor}`;
      const response = await this.#send(path, { headers: this.#authorization("own") });
      const page = JSON.parse(response.text) as {
        transitions: { id: string }[];
        cursor: string | null;
      };
      ids.push(...page.transitions.map(({ id }) => id));
      transitions.push(...page.transitions);
      cursor = page.cursor;
    }
    const half = Math.floor(ids.length / 2);
    const [middle] = ids.slice(half - 1);
    const isReplayed =
      track === "shadow" || middle === undefined || half === 0
        ? true
        : String(await this.#replay(middle, ids.length - half)) === String(ids.slice(half));
    return { isReplayed, transitions: this.#comparable.log(transitions) };
  }

  /** The ids of the next events of the stream after a transition. */
  async #replay(after: string, count: number): Promise<readonly string[]> {
    const headers = { ...this.#authorization("own"), "Last-Event-ID": after };
    const response = await open(this.#deployment.url, "/v1/stream", { headers });
    const ids: string[] = [];
    const decoder = new TextDecoder();
    let text = "";
    // A stream that leaves out an event never ends, so it is closed, and the events until then are compared.
    const timer = setTimeout(() => response.destroy(), REPLAY_MS);
    try {
      for await (const chunk of response) {
        text += decoder.decode(chunk as Uint8Array, { stream: true });
        ids.splice(0, ids.length, ...[...text.matchAll(/^id: (.*)$/gm)].map(([, id = ""]) => id));
        // The last one may still be without its end.
        if (ids.length >= count && text.endsWith("\n\n")) break;
      }
    } catch (error) {
      if (!response.destroyed) throw error;
    } finally {
      clearTimeout(timer);
      response.destroy();
    }
    return ids;
  }

  #send(path: string, options: SendOptions): Promise<Answer> {
    return send(this.#deployment.url, this.#filledIn(path), options);
  }

  #filledIn(text: string): string {
    const at = (ms: string) => this.#startAt + Number(ms);
    return text
      .replaceAll(/"@s\+(\d+)"/g, (_, ms) => String(at(ms) / 1_000))
      .replaceAll("$account", this.#account)
      .replaceAll(/@\+(\d+)/g, (_, ms) => new Date(at(ms)).toISOString())
      .replaceAll(/\$key:([\w-]+)/g, (_, name) => this.#made.get(name)?.id ?? "none")
      .replaceAll(/\$entry:(\d+)/g, (_, index) => this.#entries[Number(index)] ?? "none");
  }
}

/** Whether the call changes settings that decide what the presence of a session is. */
function isFollowedLate(call: Call): boolean {
  const { presence } = (call.type === "request" ? (call.body ?? {}) : {}) as Settings;
  return presence?.mode !== undefined || presence?.channels !== undefined;
}

interface Settings {
  readonly presence?: { readonly mode?: unknown; readonly channels?: unknown };
}
