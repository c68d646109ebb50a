/**
 * Accounts by the numbers under which the tables know them.
 * @module
 */
import type { Statements } from "./statements.ts";

/** No account has it. */
const NOBODY = 0;

export class AccountNumbers {
  readonly #statements: Statements;
  readonly #numbers = new Map<string, number>();
  readonly #names = new Map<number, string>();

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** 0: nothing was ever written for this account. */
  of(account: string): number {
    const known = this.#numbers.get(account);
    if (known !== undefined) return known;
    const number = this.#statements.accountNumber.get(account)?.["number"] as number | undefined;
    if (number !== undefined) this.#numbers.set(account, number);
    return number ?? NOBODY;
  }

  /** Gives the account a number if it has none; within a transaction. */
  require(account: string): number {
    if (this.of(account) === NOBODY) this.#statements.numberAccount.run(account);
    return this.of(account);
  }

  /** The account that a row names. */
  nameOf(number: number): string {
    const known = this.#names.get(number);
    if (known !== undefined) return known;
    const name = this.#statements.accountName.get(number)?.["name"] as string;
    this.#names.set(number, name);
    return name;
  }

  /** Forgets what is known here: a transaction that may have given a number has failed. */
  forget(): void {
    this.#numbers.clear();
    this.#names.clear();
  }
}
