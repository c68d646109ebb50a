/**
 * Where webhooks may go. The name is resolved and every address it has is looked at; the address
 * that was looked at is the one that is connected to, so that a name cannot answer differently a
 * moment later.
 * @module
 */
import { type LookupAddress, type LookupOptions, lookup as resolve } from "node:dns";
import { isIP } from "node:net";
import { PostError } from "../webhooks/post.ts";
import { isRefusedAddress } from "./refused-addresses.ts";
import { refuseUrl } from "./webhook-url.ts";

/** Resolves a name to all its addresses. */
export type Resolve = (
  name: string,
  done: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

const resolveAll: Resolve = (name, done) => {
  resolve(name, { all: true }, (error, addresses) => done(error, addresses ?? []));
};

/** In the shape of the option `lookup` of Node's sockets. */
export type Lookup = (
  name: string,
  options: LookupOptions,
  done: (
    error: NodeJS.ErrnoException | null,
    address: string | LookupAddress[],
    family?: number,
  ) => void,
) => void;

/** Resolves only names all of whose addresses may be gone to. */
export function guardedLookup(resolveName: Resolve = resolveAll): Lookup {
  return (name, options, done) => {
    resolveName(name, (error, addresses) => {
      const [first] = addresses;
      if (error || !first) {
        done(error ?? new PostError("name_unknown"), "");
      } else if (addresses.some(({ address }) => isRefusedAddress(address))) {
        done(new PostError("target_refused"), "");
      } else if (options.all) done(null, [...addresses]);
      else done(null, first.address, first.family);
    });
  };
}

/**
 * Why an endpoint cannot have a URL; null: it can. A name that does not resolve now may do so later:
 * it is looked at again with each attempt.
 */
export async function refuseTarget(
  text: string,
  isPrivateAllowed: boolean,
  resolveName: Resolve = resolveAll,
): Promise<string | null> {
  const refused = refuseUrl(text, isPrivateAllowed);
  if (refused !== null || isPrivateAllowed) return refused;
  const host = hostOf(new URL(text));
  const addresses = isIP(host) ? [{ address: host }] : await addressesOf(host, resolveName);
  return addresses.some(({ address }) => isRefusedAddress(address))
    ? `${host} is an address of a private network; whoever runs the collector can allow that with --allow-private-webhooks.`
    : null;
}

/** The host as sockets want it: an IPv6 address without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

function addressesOf(name: string, resolveName: Resolve): Promise<readonly LookupAddress[]> {
  return new Promise((done) => {
    resolveName(name, (error, addresses) => done(error ? [] : addresses));
  });
}
