import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { differences } from "./compare.ts";
import { parseScenarios } from "./parse.ts";
import { runScenario } from "./run.ts";
import { type Scenario, ScenarioError } from "./scenario.ts";

const folder = new URL("../../scenarios/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".json"));

describe.each(files)("%s", (file) => {
  const scenarios = parseScenarios(readFileSync(new URL(file, folder), "utf8"), file);
  it.each(scenarios.map((each) => [each.id, each.name, each] as const))("%s %s", (_, __, each) => {
    expect(differences(each, runScenario(each))).toEqual([]);
  });
});

describe("the differences of a scenario that does not hold", () => {
  const scenario: Scenario = {
    id: "X",
    name: "expects a wrong result",
    session: { channel: "web_widget" },
    events: [{ at: 0, type: "end_user_message" }],
    expect: [{ at: 600, state: "active", queue: "none", ticket: { status: "open" } }],
    transitions: [{ at: 0, state: "active", reason: null }],
  };

  it("are listed field by field, in order of time", () => {
    expect(differences(scenario, runScenario(scenario))).toEqual([
      'at 600: state expected "active", got "inactive"',
      'at 600: ticket.status expected "open", got "new"',
      "transition 2: expected none, got inactive (user_inactive) at 600",
    ]);
  });
});

describe("the error for an invalid scenario", () => {
  it.each([
    ["{", /is not JSON/],
    ['[{"id": "X"}]', /scenario X: name/],
    [
      '{"id": "X", "name": "", "session": {"channel": "c"}, "events": [{"at": 1, "type": "wave"}], "expect": []}',
      /scenario X: events\.0\.type/,
    ],
  ])("names the invalid field: %s", (text, message) => {
    expect(() => parseScenarios(text, "file.json")).toThrow(message);
    expect(() => parseScenarios(text, "file.json")).toThrow(ScenarioError);
  });

  it("names the setting that does not exist", () => {
    const scenario: Scenario = {
      id: "X",
      name: "sets an unknown setting",
      settings: { presence: { buffer: 3 } },
      session: { channel: "web_widget" },
      events: [],
      expect: [],
    };
    expect(() => runScenario(scenario)).toThrow(/presence\.buffer is no setting/);
  });
});
