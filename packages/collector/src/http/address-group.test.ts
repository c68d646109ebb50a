import { describe, expect, it } from "vitest";
import { addressGroup } from "./address-group.ts";

describe("an address is counted", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["203.0.113.7:51234", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["[::ffff:203.0.113.7]:443", "203.0.113.7"],
  ])("by itself where it is IPv4: %s", (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });

  it.each([
    "2001:db8:1:2::",
    "2001:db8:1:2::7",
    "2001:0DB8:0001:0002:0:0:0:7",
    "2001:db8:1:2:ffff:ffff:ffff:ffff",
    "2001:db8:1:2::203.0.113.7",
    "[2001:db8:1:2::7]:443",
    "2001:db8:1:2::7%eth0",
  ])("by its /64 where it is IPv6: %s", (address) => {
    expect(addressGroup(address)).toBe("2001:db8:1:2::/64");
  });

  it.each([
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["2001:db8::1:2:3:4:5", "2001:db8:0:1::/64"],
  ])("with the zeros that are left out: %s", (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });

  it.each(["unknown", "", "1::2::3", "1:2:3", "x::1", "1:2:3:4:5:6:7:8:9", "y".repeat(5_000)])(
    "by the start of its text where it is no address: %.20s",
    (address) => {
      expect(addressGroup(address)).toBe(address.slice(0, 64));
    },
  );
});
