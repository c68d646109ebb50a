/**
 * A plan of calls that one account gets on every deployment: plain values, so that it can be generated, printed
 * and shortened. In paths and bodies stand for what a deployment has of its own:
 *
 * - `@+MS` an instant, in milliseconds from the start of the run; `"@s+MS"` the same as a number of seconds
 * - `$account` the account's name, which is also the id of its desk
 * - `$key:NAME` the id of a key that an earlier call made
 * - `$entry:N` the id of an entry of the audit log, 0 the latest that was read
 * @module
 */

/** What a request is authorized by: the account's own key, one that an earlier call made, or nothing. */
export type Bearer = "own" | "none" | "wrong" | `key:${string}`;

/** A session token, with claims in seconds from the start of the run. */
export interface TokenPlan {
  readonly session: string;
  readonly user: string | null;
  readonly expiresAtS: number;
}

export type Call =
  | {
      readonly type: "request";
      readonly method: string;
      readonly path: string;
      /** As JSON. */
      readonly body?: unknown;
      /** A body as it is, with the headers that say what it is. */
      readonly text?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly as?: Bearer;
    }
  | {
      readonly type: "signal";
      readonly body: object;
      readonly token?: TokenPlan | string;
      readonly origin?: string | undefined;
    }
  /** What the account's Chatwoot sends to its desk, signed with a secret. */
  | { readonly type: "desk"; readonly body: object; readonly secret: string }
  /** The same call, so often at the same instant. */
  | { readonly type: "burst"; readonly count: number; readonly call: Call }
  /** All pages of a list, by its cursors. */
  | { readonly type: "pages"; readonly path: string }
  /** The account's whole log, and its replay by the stream from the middle on. */
  | { readonly type: "log"; readonly track: "live" | "shadow" };

export type Step = Call & {
  /** Milliseconds since the step before. */
  readonly afterMs: number;
};

export interface Plan {
  readonly seed: number;
  readonly steps: readonly Step[];
}
