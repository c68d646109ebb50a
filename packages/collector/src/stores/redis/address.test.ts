import { describe, expect, it } from "vitest";
import { StoreError } from "../store.ts";
import { parseRedisAddress } from "./address.ts";

describe("parseRedisAddress", () => {
  it("parses a server, its database and credentials", () => {
    expect(parseRedisAddress("redis://ann:p%40ss:1@redis.example:6380/2")).toEqual({
      nodes: [{ host: "redis.example", port: 6380 }],
      isCluster: false,
      tls: false,
      username: "ann",
      password: "p@ss:1",
      database: 2,
      partitions: 64,
    });
  });

  it("applies defaults to what the address omits", () => {
    expect(parseRedisAddress("rediss://redis.example")).toEqual({
      nodes: [{ host: "redis.example", port: 6379 }],
      isCluster: false,
      tls: true,
      database: 0,
      partitions: 64,
    });
    expect(parseRedisAddress("redis://:secret@[::1]:7/").nodes).toEqual([{ host: "::1", port: 7 }]);
  });

  it("parses the nodes of a cluster", () => {
    expect(parseRedisAddress("redis-cluster://a:1,b:2?partitions=256")).toMatchObject({
      nodes: [
        { host: "a", port: 1 },
        { host: "b", port: 2 },
      ],
      isCluster: true,
      partitions: 256,
    });
    expect(parseRedisAddress("rediss-cluster://a:1").tls).toBe(true);
  });

  it.each([
    "redis:",
    "redis://",
    "redis://host:port",
    "redis://host:99999",
    "redis://host?partitions=0",
    "redis://host?partition=4",
    "redis-cluster://host:1/3",
  ])("refuses %s", (address) => {
    expect(() => parseRedisAddress(address)).toThrow(StoreError);
  });

  it("keeps the password out of the error message", () => {
    expect(() => parseRedisAddress("redis://ann:secret@")).toThrow(
      expect.not.stringContaining("secret"),
    );
  });
});
