/**
 * Records of the whole store or an account, without which nothing can be decided: an account's keys,
 * and broadcasts. Where one cannot be read, the store cannot be used.
 * @module
 */
import { recordError, UnknownFormatError } from "./record-error.ts";
import { type Account, type Broadcast, StoreError } from "./store.ts";

const BROADCAST_TYPES: Readonly<Record<Broadcast["type"], true>> = {
  settings: true,
  outage: true,
  clock_step: true,
  unheard: true,
  heard: true,
};
const KEY_LISTS = ["publishableKeys", "secretKeys", "tokenSecrets"] as const;

/** @throws {StoreError} that names the account. */
export function parseAccount(name: string, body: string): Account {
  return parse(`The account ${name}`, () => {
    const account = JSON.parse(body) as Account;
    if (!KEY_LISTS.every((list) => Array.isArray(account[list]))) throw new Error("no keys");
    return account;
  });
}

/** @throws {StoreError} that names the broadcast. */
export function parseBroadcast(epoch: number, body: string): Broadcast {
  return parse(`The broadcast ${epoch}`, () => {
    const broadcast = JSON.parse(body) as Broadcast;
    if (!Object.hasOwn(BROADCAST_TYPES, broadcast.type)) {
      throw new UnknownFormatError(`unknown type ${String(broadcast.type)}`);
    }
    return { ...broadcast, epoch };
  });
}

function parse<T>(record: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { message, cause } = recordError(record, error, "restore a backup.");
    throw new StoreError(message, { cause });
  }
}
