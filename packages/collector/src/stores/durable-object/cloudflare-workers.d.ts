/**
 * Type declarations of the part of the Workers runtime that is used here.
 * https://developers.cloudflare.com/durable-objects/api/
 */
declare module "cloudflare:workers" {
  /** An object that is passed by reference: calls run where it was created. */
  export abstract class RpcTarget {}

  export abstract class DurableObject<Env = unknown> {
    protected readonly ctx: DurableObjectState;
    protected readonly env: Env;
    constructor(ctx: DurableObjectState, env: Env);
  }

  export interface DurableObjectState {
    readonly id: { readonly name?: string };
    readonly storage: DurableObjectStorage;
    waitUntil(work: Promise<unknown>): void;
    blockConcurrencyWhile<T>(work: () => Promise<T>): Promise<T>;
    /** Ends the object, which loses everything that it has in memory. */
    abort(reason: string): void;
  }

  export interface DurableObjectStorage {
    readonly sql: SqlStorage;
    transactionSync<T>(work: () => T): T;
    getAlarm(): Promise<number | null>;
    setAlarm(at: number): Promise<void>;
    /** Resolves when all writes so far are on disk. */
    sync(): Promise<void>;
  }

  export interface SqlStorage {
    exec(sql: string, ...values: (string | number | null)[]): SqlCursor;
  }

  export interface SqlCursor {
    toArray(): Record<string, unknown>[];
    /** Rows written, including index rows; each is billed. */
    readonly rowsWritten: number;
    /** Rows that the statement passed, also those that it did not return. */
    readonly rowsRead: number;
  }
}
