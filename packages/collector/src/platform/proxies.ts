/**
 * Which peers are proxies whose headers are believed.
 * @module
 */
import { BlockList, isIP } from "node:net";

/** All peers, none, or those in these networks, such as `10.0.0.0/8` or `127.0.0.1`. */
export type TrustedProxies = boolean | readonly string[];

/** @throws {Error} if one is no network. */
export function createProxyTrust(trusted: TrustedProxies): (peer: string | undefined) => boolean {
  if (typeof trusted === "boolean") return () => trusted;
  const networks = new BlockList();
  for (const each of trusted) addNetwork(networks, each);
  return (peer) => {
    const address = plain(peer ?? "");
    const version = isIP(address);
    return version !== 0 && networks.check(address, version === 6 ? "ipv6" : "ipv4");
  };
}

/** Whether it is an address, or one with the length of a prefix. */
export function isNetwork(text: string): boolean {
  try {
    addNetwork(new BlockList(), text);
    return true;
  } catch {
    return false;
  }
}

function addNetwork(networks: BlockList, text: string): void {
  const [address = "", prefix, ...more] = text.split("/");
  const version = isIP(address);
  const isPrefix = prefix === undefined || /^\d{1,3}$/.test(prefix);
  if (version === 0 || !isPrefix || more.length > 0) {
    throw new Error(`${text} is no network such as 10.0.0.0/8.`);
  }
  const family = version === 6 ? "ipv6" : "ipv4";
  if (prefix === undefined) networks.addAddress(address, family);
  else networks.addSubnet(address, Number(prefix), family);
}

/** A socket that takes both versions has IPv4 addresses as `::ffff:…`. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
