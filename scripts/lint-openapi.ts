/**
 * Checks the description that the collector serves at `/openapi.json`: its rules are in redocly.yaml.
 * Uses no network.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestApp } from "../packages/collector/src/http/testing/app.ts";

const { app } = await TestApp.create();
const response = await app.request("/openapi.json");
const folder = mkdtempSync(join(tmpdir(), "stillhere-openapi-"));
const file = join(folder, "openapi.json");
writeFileSync(file, JSON.stringify(await response.json(), null, 2));
const { status, stdout, stderr } = spawnSync(
  "redocly",
  ["lint", "--config", "redocly.yaml", "--format", "stylish", file],
  {
    encoding: "utf8",
    env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
  },
);
rmSync(folder, { recursive: true });
process.stdout.write(stdout + stderr);
// A warning does not fail the linter.
const isClean = status === 0 && !/\d+ warnings?/.test(stdout + stderr);
process.exit(isClean ? 0 : 1);
