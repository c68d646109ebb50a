import { expect, it } from "vitest";
import { problemWith, typedValue } from "./json-schema.ts";

it.each([
  [{ type: "string", minLength: 1 }, "", "must have 1 character at least"],
  [{ type: "string", maxLength: 2 }, "abc", "must have 2 characters at most"],
  [{ type: "string", pattern: "^\\d+$" }, "a", "must match ^\\d+$"],
  [{ type: "string", allOf: [{ pattern: "a" }, { pattern: "b" }] }, "a", "must match b"],
  [{ type: "string", pattern: "(" }, "a", undefined],
  [{ type: "string", enum: ["a", "b"] }, "c", "must be one of a, b"],
  [{ type: "number" }, "one", "must be a number"],
  [{ type: "number" }, " ", "must be a number"],
  [{ type: "integer" }, "1.5", "must be a whole number"],
  [{ type: "integer", minimum: 2 }, "1", "must be 2 at least"],
  [{ type: "integer", maximum: 2 }, "3", "must be 2 at most"],
  [{ type: "integer", maximum: 3 }, "3", undefined],
  [{}, "anything", undefined],
])("by %j the text %j has the problem %j", (schema, text, problem) => {
  expect(problemWith(schema, text)).toBe(problem);
});

it("reads numbers and choices as such", () => {
  expect(typedValue({ type: "integer" }, "5")).toBe(5);
  expect(typedValue({ type: "boolean" }, "true")).toBe(true);
  expect(typedValue({ type: "boolean" }, "")).toBe(false);
  expect(typedValue({ type: "string" }, "5")).toBe("5");
});
