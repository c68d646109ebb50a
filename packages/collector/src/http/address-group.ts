/**
 * The name under which an address is counted for rate limits. An IPv6 address counts by its /64, because
 * that is the least that one subscriber has (RFC 6177): single addresses would be no limit.
 * @module
 */

/** No address is longer, with its zone and port. What is none counts under its text. */
const MAX_LENGTH = 64;
const V6_GROUPS = 8;
const NETWORK_GROUPS = 4;

/** @param text an address with or without a port, a zone or brackets, as proxies write it */
export function addressGroup(text: string): string {
  const address = text.slice(0, MAX_LENGTH);
  const [, bracketed] = /^\[([^\]]*)\]/.exec(address) ?? [];
  const bare = (bracketed ?? address).replace(/%.*$/s, "").toLowerCase();
  const isV6 = bracketed !== undefined || bare.indexOf(":") !== bare.lastIndexOf(":");
  if (!isV6) return bare.replace(/:\d+$/, "");
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare) ?? [];
  return mapped ?? networkOf(bare) ?? bare;
}

/** The /64 of an IPv6 address; null if it is none. */
function networkOf(address: string): string | null {
  const [head = "", tail, ...more] = address.split("::");
  if (more.length > 0) return null;
  const first = groupsOf(head);
  const last = tail === undefined ? [] : groupsOf(tail);
  const missing = V6_GROUPS - first.length - last.length;
  if (tail === undefined ? missing !== 0 : missing < 0) return null;
  const groups = [...first, ...Array<string>(missing).fill("0"), ...last];
  if (!groups.every((group) => /^[\da-f]{1,4}$/.test(group))) return null;
  return `${groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}

/** The groups of one side of `::`; an IPv4 address at the end stands for two. */
function groupsOf(part: string): string[] {
  if (part === "") return [];
  return part.replace(/\d+\.\d+\.\d+\.\d+$/, "0:0").split(":");
}
