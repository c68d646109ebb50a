/**
 * The store of the Worker. Accounts, broadcasts and layouts come from one call of the coordinator, which
 * {@link IngressStore.read} makes.
 * @module
 */
import { DurableObjectStore } from "../../stores/durable-object/durable-object-store.ts";
import type { Configuration } from "../../stores/durable-object/links.ts";
import { remoteCall } from "../../stores/durable-object/remote-call.ts";

const NOTHING: Configuration = { accounts: [], broadcasts: [], layouts: [] };

export class IngressStore extends DurableObjectStore {
  #known = NOTHING;
  #readings = 0;
  /** The latest reading that is known. */
  #lastReading = 0;

  /**
   * Returns whether there is anything that was not known.
   * @param afterEpoch of the broadcasts that are read
   */
  async read(afterEpoch: number): Promise<boolean> {
    this.#readings += 1;
    const reading = this.#readings;
    const known = await remoteCall(this.coordinator.configuration(afterEpoch));
    // A later reading was faster, and is newer.
    if (reading < this.#lastReading) return false;
    this.#lastReading = reading;
    const before = this.#known;
    this.#known = known;
    const hasBroadcasts = known.broadcasts.some(({ epoch }) => epoch > afterEpoch);
    return hasBroadcasts || JSON.stringify(known.accounts) !== JSON.stringify(before.accounts);
  }

  override async accounts() {
    return this.#known.accounts;
  }

  override async broadcasts(afterEpoch: number, limit?: number) {
    return this.#known.broadcasts.filter(({ epoch }) => epoch > afterEpoch).slice(0, limit);
  }

  override async layouts() {
    return this.#known.layouts;
  }
}
