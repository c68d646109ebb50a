/**
 * IP addresses that webhooks may not be sent to: this machine, its network, and all others that are
 * not public (https://www.iana.org/assignments/iana-ipv4-special-registry,
 * https://www.iana.org/assignments/iana-ipv6-special-registry). A collector can
 * often reach hosts that its customers must not.
 * @module
 */
import { BlockList, isIP } from "node:net";

const V4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8], // this network
  ["10.0.0.0", 8], // private
  ["100.64.0.0", 10], // shared behind a provider
  ["127.0.0.0", 8], // loopback
  ["169.254.0.0", 16], // link-local, and metadata services of clouds
  ["172.16.0.0", 12], // private
  ["192.0.0.0", 24], // protocol assignments
  ["192.0.2.0", 24], // documentation
  ["192.88.99.0", 24], // 6to4 relays, deprecated
  ["192.168.0.0", 16], // private
  ["198.18.0.0", 15], // benchmarks
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, and broadcast
];

const V6: readonly (readonly [string, number])[] = [
  ["::", 96], // unspecified, loopback, IPv4-compatible
  ["::ffff:0:0", 96], // IPv4-mapped: no name needs to resolve to one
  ["::ffff:0:0:0", 96], // IPv4-translated
  ["64:ff9b::", 96], // IPv4 behind a translator, which may be local
  ["64:ff9b:1::", 48],
  ["100::", 64], // discard
  ["2001::", 23], // protocol assignments, Teredo among them
  ["2001:db8::", 32], // documentation
  ["2002::", 16], // 6to4: carries an IPv4 address
  ["3fff::", 20], // documentation
  ["5f00::", 16], // segment routing
  ["fc00::", 7], // unique local
  ["fe80::", 10], // link-local
  ["fec0::", 10], // site-local, deprecated
  ["ff00::", 8], // multicast
];

// Two lists, because a common one would match IPv4 addresses against the mapped range.
const v4 = new BlockList();
for (const [net, prefix] of V4) v4.addSubnet(net, prefix, "ipv4");
const v6 = new BlockList();
for (const [net, prefix] of V6) v6.addSubnet(net, prefix, "ipv6");

/** Whether webhooks to `address` are refused; anything but an IP address is refused too. */
export function isRefusedAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return v4.check(address, "ipv4");
    case 6:
      return v6.check(address, "ipv6");
    default:
      return true;
  }
}
