/**
 * Work that is under way, by the session that it concerns, so that others can wait for it alone: an object that
 * is always busy with other sessions holds up nobody.
 * @module
 */
export class UnderWay {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Returns `work`. */
  add<T>(session: string, work: Promise<T>): Promise<T> {
    const all = Promise.allSettled([this.#last.get(session), work]).then(() => {
      if (this.#last.get(session) === all) this.#last.delete(session);
    });
    this.#last.set(session, all);
    return work;
  }

  /** Resolves when everything that was added for the session so far has settled. */
  async settled(session: string): Promise<void> {
    await this.#last.get(session);
  }

  /** Sessions with work under way. */
  get size(): number {
    return this.#last.size;
  }
}
