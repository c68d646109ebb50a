/**
 * A deployment of the whole product that is called over HTTP, on a clock that the run sets.
 * @module
 */
export interface Keys {
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly tokenSecret: string;
}

export interface Deployment {
  readonly name: string;
  readonly url: string;
  createAccount(name: string): Promise<Keys>;
  /** Sets the clock, and resolves once everything of the account that is due by then is done. */
  moveTo(at: number, account: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The clock moves by no more without everything that is due being done: a liveness watermark that is written once a
 * second at most is never 5 s old, so there is no outage.
 */
export const MAX_MOVE_MS = 3_900;
