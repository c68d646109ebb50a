/**
 * Answers without what may honestly differ between deployments. All of it is here, with the reason.
 * @module
 */
import type { Keys } from "./deployment.ts";
import type { Answer } from "./send.ts";

/** Headers that say how an answer is sent, and not what it says. */
const TRANSPORT_HEADERS = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "date",
  "keep-alive",
  "transfer-encoding",
]);

/** A transition's id and a cursor of the log begin with the store's incarnation, which is random. */
const INCARNATION_ID = /^[a-z]{8}:/;
/** Positions in a log are the store's own. */
const LOG_CURSOR = /^[a-z]{8}-\d+$/;

/** Keys are random, and tokens are signed with random secrets. */
const RANDOM_FIELDS = ["key", "hint", "token"];
/**
 * The hash of a key, its beginning, and the id of an entry of the audit log, which is a time with random characters.
 * A cursor of that log is such an id.
 */
const RANDOM_ID = /^([0-9a-f]{16}([\w-]{8})?|sk_[\w-]{4})$/;

/** The same in a sentence. */
const KEY_ID = /\b[0-9a-f]{16}\b/;

export interface Compared {
  readonly comparable: unknown;
  /** The body as it is, where it is JSON. */
  readonly parsed: unknown;
}

export class Comparable {
  /** Random values of the deployment, and what stands for each: the number of its first appearance. */
  readonly #random = new Map<string, string>();

  readonly #url: string;

  constructor(account: string, keys: Keys, url: string) {
    this.#url = url;
    this.#random.set(account, "<account>");
    for (const [name, value] of Object.entries(keys)) this.#random.set(value, `<${name}>`);
  }

  answer({ status, headers: sent, text }: Answer): Compared {
    const headers = Object.entries(sent).filter(([name]) => !TRANSPORT_HEADERS.has(name));
    // The answer to HEAD has no body.
    const isJson = text !== "" && /json/.test(String(sent["content-type"]));
    const parsed: unknown = isJson ? JSON.parse(text) : null;
    const body = isJson ? this.#value(parsed, "") : text;
    return { parsed, comparable: { status, headers: headers.sort(), body } };
  }

  /** Only each session's own transitions are in an order that is promised. */
  log(transitions: readonly unknown[]): unknown {
    type Entry = { session: string; sessionCreatedAt: string; seq: number };
    const keyOf = ({ session, sessionCreatedAt, seq }: Entry) =>
      `${session} ${sessionCreatedAt} ${String(seq).padStart(9, "0")}`;
    const entries = transitions.map((each) => this.#value(each, "") as Entry);
    return entries.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }

  #value(value: unknown, field: string): unknown {
    if (typeof value === "string") return this.#text(value, field);
    if (Array.isArray(value)) return value.map((each) => this.#value(each, field));
    if (value === null || typeof value !== "object") return value;
    // A user's sessions are erased beside one another: which is first in the audit log is chance.
    if ("action" in value && value.action === "session_erased" && "target" in value) {
      return this.#value({ ...value, action: "<erased>", target: "<a session>" }, field);
    }
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, this.#value(each, name)]),
    );
  }

  #text(value: string, field: string): string {
    if (INCARNATION_ID.test(value)) return value.replace(INCARNATION_ID, "<incarnation>:");
    if (LOG_CURSOR.test(value)) return "<cursor of the log>";
    const isRandom =
      RANDOM_FIELDS.includes(field) ||
      RANDOM_ID.test(value) ||
      (field === "cursor" && RANDOM_ID.test(Buffer.from(value, "base64url").toString()));
    if (isRandom) return this.#placeholderOf(value);
    return (this.#random.get(value) ?? value)
      .replace(this.#url, "<url>")
      .replace(KEY_ID, (id) => this.#placeholderOf(id));
  }

  #placeholderOf(value: string): string {
    const placeholder = this.#random.get(value) ?? `<random ${this.#random.size}>`;
    this.#random.set(value, placeholder);
    return placeholder;
  }
}
