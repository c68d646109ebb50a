/**
 * A plan of calls that one account gets on every deployment: plain values, so that it can be generated, printed
 * and shortened. In paths and bodies, `@±MS` stands for an instant, in milliseconds from the start of the run, and
 * `$key:NAME` for the id of a key that an earlier call made, and `$entry:N` for that of an entry of the audit log, 0 the
 * latest that the call before has read.
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
