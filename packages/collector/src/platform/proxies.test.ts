import { describe, expect, it } from "vitest";
import { createProxyTrust, isNetwork } from "./proxies.ts";

describe("proxies", () => {
  it("in the given networks are believed, and no other peer is", () => {
    const isProxy = createProxyTrust(["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"]);
    for (const peer of ["10.1.2.3", "::ffff:10.1.2.3", "192.0.2.7", "2001:db8::1"]) {
      expect([peer, isProxy(peer)]).toEqual([peer, true]);
    }
    for (const peer of ["11.0.0.1", "::ffff:11.0.0.1", "192.0.2.8", "2001:db9::1", "", "x"]) {
      expect([peer, isProxy(peer)]).toEqual([peer, false]);
    }
    expect(isProxy(undefined)).toBe(false);
  });

  it("are all peers or none where no networks are given", () => {
    expect([createProxyTrust(true)("192.0.2.1"), createProxyTrust(true)(undefined)]).toEqual([
      true,
      true,
    ]);
    expect(createProxyTrust(false)("192.0.2.1")).toBe(false);
    expect(createProxyTrust([])("192.0.2.1")).toBe(false);
  });

  it.each([
    ["10.0.0.0/8", true],
    ["::1", true],
    ["10.0.0.0/33", false],
    ["10.0.0.0/", false],
    ["10.0.0.0/8/8", false],
    ["proxy.internal", false],
    ["", false],
  ])("%s is a network: %s", (text, expected) => {
    expect(isNetwork(text)).toBe(expected);
  });
});
