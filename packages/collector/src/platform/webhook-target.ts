/**
 * Checks the targets of webhooks. Every address of a name is checked, and the connection uses an
 * address that was checked, so that a second DNS answer cannot redirect it.
 * @module
 */
import { type LookupAddress, type LookupOptions, lookup as resolve } from "node:dns";
import { isIP } from "node:net";
import { PostError } from "../webhooks/post.ts";
import { isRefusedAddress } from "./refused-addresses.ts";
import { refuseUrl } from "./webhook-url.ts";

/** A request that adds an endpoint waits no longer for the addresses of its name. */
const LOOKUP_TIMEOUT_MS = 5_000;

/** Resolves a name to all its addresses. */
export type Resolve = (
  name: string,
  done: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

export const resolveAll: Resolve = (name, done) => {
  resolve(name, { all: true }, (error, addresses) => done(error, addresses ?? []));
};

/** The type of the option `lookup` of Node's sockets. */
export type Lookup = (
  name: string,
  options: LookupOptions,
  done: (
    error: NodeJS.ErrnoException | null,
    address: string | LookupAddress[],
    family?: number,
  ) => void,
) => void;

/** A lookup that fails for names with any refused address. */
export const guardedLookup = (resolveName: Resolve) => lookupBy(resolveName, isRefusedAddress);

/** A lookup that allows every address. */
export const openLookup = (resolveName: Resolve) => lookupBy(resolveName, () => false);

function lookupBy(resolveName: Resolve, isRefused: (address: string) => boolean): Lookup {
  return (name, options, done) => {
    resolveName(name, (error, addresses) => {
      const [first] = addresses;
      if (error || !first) {
        done(error ?? new PostError("name_unknown"), "");
      } else if (addresses.some(({ address }) => isRefused(address))) {
        done(new PostError("target_refused"), "");
      } else if (options.all) done(null, [...addresses]);
      else done(null, first.address, first.family);
    });
  };
}

/**
 * Why a URL is refused for an endpoint; `null` if it is allowed. A name that does not resolve is
 * allowed, since each attempt checks it again.
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
  return isLocalName(host) || addresses.some(({ address }) => isRefusedAddress(address))
    ? `${host} is an address of a private network; the collector's operator can allow these with --allow-private-webhooks.`
    : null;
}

/** For webhooks through a proxy, which resolves their names: any name is allowed here. */
export const resolveNothing: Resolve = (_, done) => done(null, []);

/** Whether a name leads to the machine that resolves it (RFC 6761). */
export function isLocalName(name: string): boolean {
  return /(^|\.)localhost\.?$/.test(name);
}

/** The host as sockets expect it: an IPv6 address without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

/** None if the name does not resolve, or not in time. */
function addressesOf(name: string, resolveName: Resolve): Promise<readonly LookupAddress[]> {
  return new Promise((done) => {
    const timer = setTimeout(done, LOOKUP_TIMEOUT_MS, []);
    resolveName(name, (error, addresses) => {
      clearTimeout(timer);
      done(error ? [] : addresses);
    });
  });
}
