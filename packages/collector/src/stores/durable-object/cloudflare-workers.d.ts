/**
 * As much of the Workers runtime as is used here.
 * https://developers.cloudflare.com/durable-objects/api/
 */
declare module "cloudflare:workers" {
  /** What is passed by reference: calls on it come back to where it was made. */
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
  }

  export interface DurableObjectStorage {
    readonly sql: SqlStorage;
    transactionSync<T>(work: () => T): T;
    getAlarm(): Promise<number | null>;
    setAlarm(at: number): Promise<void>;
  }

  export interface SqlStorage {
    exec(sql: string, ...values: (string | number | null)[]): SqlCursor;
  }

  export interface SqlCursor {
    toArray(): Record<string, unknown>[];
    /** Rows written, those of indexes too; what is paid for. */
    readonly rowsWritten: number;
  }
}
