/**
 * When each account's last signal was accepted, by numbers of accounts: a beat on the fast path writes one
 * of them and reads one flag.
 * @module
 */

export class AccountSignals {
  readonly #names: string[] = [];
  readonly #indexes = new Map<string, number>();
  /** In steady time. */
  readonly #lastAt: number[] = [];
  readonly #storedAt: number[] = [];
  readonly #isWatched: boolean[] = [];

  /** The account's index, which stays the same in this process. */
  indexOf(account: string): number {
    const known = this.#indexes.get(account);
    if (known !== undefined) return known;
    const index = this.#names.push(account) - 1;
    this.#indexes.set(account, index);
    this.#lastAt.push(Number.NEGATIVE_INFINITY);
    this.#storedAt.push(Number.NEGATIVE_INFINITY);
    this.#isWatched.push(false);
    return index;
  }

  nameOf(index: number): string {
    return this.#names[index] as string;
  }

  /** A signal was accepted at `at`, in steady time. */
  accept(index: number, at: number): void {
    if (at > (this.#lastAt[index] as number)) this.#lastAt[index] = at;
  }

  /** The same by name; the account's beats may take the fast path again. */
  acceptOf(account: string, at: number): void {
    const index = this.indexOf(account);
    this.accept(index, at);
    this.#isWatched[index] = false;
  }

  /** When this process last accepted a signal of the account; −∞: never. */
  lastAt(account: string): number {
    return this.#lastAt[this.indexOf(account)] as number;
  }

  /** Whether the account's next signal may end a silence, so that its beats take the slow path. */
  isWatched(index: number): boolean {
    return this.#isWatched[index] as boolean;
  }

  isWatchedOf(account: string): boolean {
    return this.isWatched(this.indexOf(account));
  }

  watch(account: string, isWatched: boolean): void {
    this.#isWatched[this.indexOf(account)] = isWatched;
  }

  /** What was accepted since the last call that was followed by {@link stored}. */
  unstored(): ReadonlyMap<string, number> {
    const found = new Map<string, number>();
    for (const [index, at] of this.#lastAt.entries()) {
      if (at > (this.#storedAt[index] as number)) found.set(this.nameOf(index), at);
    }
    return found;
  }

  stored(signals: ReadonlyMap<string, number>): void {
    for (const [account, at] of signals) this.#storedAt[this.indexOf(account)] = at;
  }
}
