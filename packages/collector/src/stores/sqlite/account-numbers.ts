/**
 * Maps accounts to the numbers that the tables store in place of their names.
 * @module
 */
import type { Statements } from "./statements.ts";

/** A number that no account has. */
const NO_ACCOUNT = 0;

export class AccountNumbers {
  readonly #statements: Statements;
  readonly #numbers = new Map<string, number>();
  readonly #names = new Map<number, string>();

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** The number of an account; 0 if nothing was ever written for it. */
  of(account: string): number {
    const cached = this.#numbers.get(account);
    if (cached !== undefined) return cached;
    const number = this.#statements.accountNumber.get(account)?.["number"] as number | undefined;
    if (number !== undefined) this.#numbers.set(account, number);
    return number ?? NO_ACCOUNT;
  }

  /** Assigns a number if the account has none; call it in a transaction. */
  getOrAssign(account: string): number {
    if (this.of(account) === NO_ACCOUNT) this.#statements.numberAccount.run(account);
    return this.of(account);
  }

  /** The account with a number. */
  nameOf(number: number): string {
    const cached = this.#names.get(number);
    if (cached !== undefined) return cached;
    const name = this.#statements.accountName.get(number)?.["name"] as string;
    this.#names.set(number, name);
    return name;
  }

  /** Clears the cache after a failed transaction, which may have assigned a number. */
  clear(): void {
    this.#numbers.clear();
    this.#names.clear();
  }
}
