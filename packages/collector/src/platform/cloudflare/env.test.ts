import { expect, it } from "vitest";
import { type Env, maxSessionsOf, settingsProblem, shardsOf } from "./env.ts";

const KEYS = {
  STILLHERE_PUBLISHABLE_KEY: "pk_1",
  STILLHERE_SECRET_KEY: "sk_1",
  STILLHERE_TOKEN_SECRET: "ts_1",
};
const envOf = (variables: object) => ({ ...KEYS, ...variables }) as unknown as Env;

it.each([
  ["STILLHERE_SHARDS", "four"],
  ["STILLHERE_SHARDS", "0"],
  ["STILLHERE_SHARDS", "1001"],
  ["STILLHERE_MAX_SESSIONS", "many"],
])("%s may not be %j, and its default is in force", (name, value) => {
  const env = envOf({ [name]: value });
  expect(settingsProblem(env)).toContain(`${name} is "${value}"`);
  expect([shardsOf(env), maxSessionsOf(env)]).toEqual([1, 10_000_000]);
});

it("a deployment has keys", () => {
  expect(settingsProblem({} as Env)).toContain("has no keys yet");
  const env = envOf({ STILLHERE_SHARDS: "4", STILLHERE_MAX_SESSIONS: "100" });
  expect([settingsProblem(env), shardsOf(env), maxSessionsOf(env)]).toEqual([null, 4, 100]);
});
