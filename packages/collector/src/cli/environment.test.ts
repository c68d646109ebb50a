import { Command, Option } from "commander";
import { describe, expect, it } from "vitest";
import { prepareEnvironment, unknownVariables } from "./environment.ts";

function createProgram(): { program: Command; port: Option } {
  const port = new Option("--port <number>").env("STILLHERE_PORT");
  const program = new Command();
  program
    .command("serve")
    .addOption(port)
    .addOption(new Option("--store <url>").env("STILLHERE_STORE"))
    .addOption(new Option("--trust-proxy [networks...]").env("STILLHERE_TRUST_PROXY"));
  return { program, port };
}

describe("the port is read from", () => {
  it.each<[string, string | undefined, Record<string, string>]>([
    ["STILLHERE_PORT", "8800", { STILLHERE_PORT: "8800", PORT: "9000" }],
    ["PORT, where there is no STILLHERE_PORT", "9000", { PORT: "9000" }],
    ["PORT, where STILLHERE_PORT is empty", "9000", { STILLHERE_PORT: "", PORT: "9000" }],
    [
      "PORT, where STILLHERE_PORT is the address of a service",
      "9000",
      { STILLHERE_PORT: "tcp://10.0.0.1:8787", PORT: "9000" },
    ],
    ["nowhere, where both are useless", undefined, { STILLHERE_PORT: "tcp://10.0.0.1:1" }],
  ])("%s", (_name, expected, env: Record<string, string | undefined>) => {
    const { program, port } = createProgram();
    prepareEnvironment(program, env);
    expect(env[port.envVar ?? ""]).toBe(expected);
  });
});

it.each(["false", "0", "no", "off", ""])("a flag that is set to %j is off", (value) => {
  const env: Record<string, string> = { STILLHERE_TRUST_PROXY: value };
  prepareEnvironment(createProgram().program, env);
  expect(env).toEqual({});
});

it("a flag that is set to `true` is on", () => {
  const env = { STILLHERE_TRUST_PROXY: "true" };
  prepareEnvironment(createProgram().program, env);
  expect(env).toEqual({ STILLHERE_TRUST_PROXY: "true" });
});

it("names that no option has are found, except those that Kubernetes sets", () => {
  const env = {
    STILLHERE_STORE: "memory:",
    STILLHERE_PORT: "tcp://10.0.0.1:8787",
    STILLHERE_PORT_8787_TCP_ADDR: "10.0.0.1",
    STILLHERE_SERVICE_HOST: "10.0.0.1",
    STILLHERE_REDIS_PORT: "tcp://10.0.0.2:6379",
    STILLHERE_PROT: "1",
    STILLHERE_ORIGIN: "https://shop.example",
    HOME: "/root",
  };
  expect(unknownVariables(createProgram().program, env)).toEqual([
    "STILLHERE_ORIGIN",
    "STILLHERE_PROT",
  ]);
});
