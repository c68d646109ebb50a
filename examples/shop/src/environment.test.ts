import { describe, expect, it } from "vitest";
import { readEnvironment, type Variables } from "./environment.ts";

const GOOD: Variables = {
  STILLHERE_URL: "http://127.0.0.1:8787/",
  STILLHERE_KEY: "pk_1",
  STILLHERE_SECRET: "sk_1",
};

describe("readEnvironment", () => {
  it("uses the default host and port", () => {
    expect(readEnvironment(GOOD)).toEqual({
      host: "127.0.0.1",
      port: 8788,
      collector: { url: "http://127.0.0.1:8787", key: "pk_1", secret: "sk_1" },
    });
  });

  it("accepts port 0", () => {
    expect(readEnvironment({ ...GOOD, PORT: "0" }).port).toBe(0);
  });

  it.each<[Variables, string]>([
    [{ STILLHERE_URL: undefined }, "STILLHERE_URL is missing"],
    [{ STILLHERE_URL: "localhost:8787" }, "STILLHERE_URL must be an http(s) address"],
    [{ STILLHERE_KEY: " " }, "STILLHERE_KEY is missing"],
    [{ STILLHERE_KEY: "sk_1" }, "STILLHERE_KEY must be the publishable key"],
    [{ STILLHERE_SECRET: "pk_1" }, "STILLHERE_SECRET must be the secret key"],
    [{ PORT: "many" }, "PORT must be a number"],
  ])("%o: %s", (wrong, message) => {
    expect(() => readEnvironment({ ...GOOD, ...wrong })).toThrow(message);
  });
});
