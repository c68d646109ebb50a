/**
 * The files of `deploy`: the tools that read them accept them, and every metric in an alert or a panel is
 * one that a real collector has.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shardMetrics } from "../packages/collector/src/platform/cloudflare/metrics.ts";
import { TestCollector } from "./support/collector.ts";
import {
  groupsOf,
  type Metrics,
  ownNames,
  parseMetrics,
  selectorsOf,
} from "./support/metric-samples.ts";
import { absentOf } from "./support/shown-metrics.ts";
import { until } from "./support/wait.ts";

const DEPLOY = fileURLToPath(new URL("../deploy", import.meta.url));
const PROGRAM = "/opt/stillhere/node_modules/.bin/stillhere";

/** Runs a tool; throws what to install where it is missing. */
function run(tool: string, debianPackage: string, ...args: readonly string[]) {
  const result = spawnSync(tool, args, { encoding: "utf8", cwd: DEPLOY });
  if (!result.error) return { status: result.status, output: result.stdout + result.stderr };
  throw new Error(`This test needs ${tool}: apt-get install ${debianPackage} (Debian).`);
}

describe.skipIf(process.platform !== "linux")("the systemd unit (needs Linux)", () => {
  const folder = mkdtempSync(join(tmpdir(), "stillhere-unit-"));
  const path = join(folder, "stillhere.service");
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeAll(() => {
    const unit = readFileSync(join(DEPLOY, "systemd/stillhere.service"), "utf8");
    expect(unit).toContain(`ExecStart=${PROGRAM} serve`);
    // systemd-analyze wants the program to be on this machine.
    writeFileSync(path, unit.replace(PROGRAM, process.execPath));
  });

  it("has no error and no warning", () => {
    const verified = run("systemd-analyze", "systemd", "verify", "--man=no", path);
    expect(verified).toEqual({ status: 0, output: "" });
  });

  it("confines the collector: an exposure of 2.0 of 10 at most", () => {
    const limits = ["--offline=true", "--threshold=20"];
    const { status, output } = run("systemd-analyze", "systemd", "security", ...limits, path);
    expect(output).toContain("Overall exposure level");
    expect(status).toBe(0);
  });
});

describe("the alerts", () => {
  it("are valid", () => {
    const checked = run("promtool", "prometheus", "check", "rules", "prometheus/rules.yml");
    expect(checked).toMatchObject({ status: 0, output: expect.stringMatching(/\d+ rules found/) });
  });

  it("fire as their tests state", () => {
    const tested = run("promtool", "prometheus", "test", "rules", "prometheus/rules.test.yml");
    expect(tested).toMatchObject({ status: 0, output: expect.stringContaining("SUCCESS") });
  });
});

describe("the metrics of", () => {
  let collector: TestCollector;
  let metrics: Metrics;
  const receiver = createServer((request, response) => {
    request.resume();
    response.writeHead(204).end();
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    collector = await TestCollector.start("--allow-private-webhooks");
    const { port } = receiver.address() as AddressInfo;
    await collector.request("POST", "/v1/webhooks", { url: `http://127.0.0.1:${port}/` });
    await collector.request("PUT", "/v1/sessions/conv_1", { ticket: { id: "1" } });
    await collector.request("PUT", "/v1/desks/main", { kind: "chatwoot" });
    const body = JSON.stringify({ v: 1, key: "pk_unknown" });
    await fetch(`${collector.url}/v1/signals`, { method: "POST", body });
    const text = await until("a delivered webhook", async () => {
      const shown = await (await fetch(`${collector.url}/metrics`)).text();
      return /webhook_attempts_total\{outcome="delivered"\} [1-9]/.test(shown) && shown;
    });
    const ofEdge = shardMetrics([{ outages: 0, lateMs: 0, unrelayed: 0 }]);
    metrics = parseMetrics(text + ofEdge);
  });
  afterAll(async () => {
    receiver.closeAllConnections();
    receiver.close();
    await collector.stop();
  });

  function expectMetrics(expressions: readonly string[]): void {
    expect(expressions.length).toBeGreaterThan(5);
    for (const expression of expressions) {
      const selectors = selectorsOf(expression);
      for (const { name, labels } of selectors) {
        expect(metrics.names, expression).toContain(name);
        for (const label of labels) expect(metrics.labels.get(name), expression).toContain(label);
      }
      for (const label of groupsOf(expression)) {
        const has = selectors.some(({ name }) => metrics.labels.get(name)?.has(label));
        expect(has, `${label} in ${expression}`).toBe(true);
      }
    }
  }

  it("every alert are those of a collector, or `up`", () => {
    const rules = readFileSync(join(DEPLOY, "prometheus/rules.yml"), "utf8");
    const expressions = [...rules.matchAll(/expr: (?:>-\n)?((?:.*\n)+?) {8}(?:for|labels):/g)].map(
      ([, expression = ""]) => expression,
    );
    expect(expressions.length).toBe(rules.match(/- alert:/g)?.length);
    const others = expressions.filter((expression) => selectorsOf(expression).length === 0);
    expect(others.map((each) => each.trim())).toEqual(['up{job="stillhere"} == 0']);
    expectMetrics(expressions);
  });

  it("every panel of the dashboard are those of a collector", () => {
    const dashboard = readFileSync(join(DEPLOY, "grafana/dashboard.json"), "utf8");
    const { panels } = JSON.parse(dashboard) as { panels: { targets?: { expr: string }[] }[] };
    const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    expect(expressions.every((expression) => selectorsOf(expression).length > 0)).toBe(true);
    expectMetrics(expressions);
    const [, inQuery = ""] = /label_values\((\w+)/.exec(dashboard) ?? [];
    expect(metrics.names).toContain(inQuery);
  });

  it("the collector are all in a panel of the dashboard and in docs/operations.md", () => {
    expect(absentOf(ownNames(metrics))).toEqual([]);
  });
});

it("the image starts a file that the package has, and keeps its data in a volume, as nobody", () => {
  const file = readFileSync(join(DEPLOY, "docker/Dockerfile"), "utf8");
  expect(file).toMatch(/^USER nobody$/m);
  expect(file).toMatch(/^VOLUME \/data$/m);
  expect(file).toContain("STILLHERE_STORE=sqlite:/data/");
  const [, start = ""] = /ENTRYPOINT \["node", "\/app\/(.*)"\]/.exec(file) ?? [];
  expect(existsSync(join(DEPLOY, "../packages/collector", start))).toBe(true);
});
