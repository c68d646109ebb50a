import { afterEach, expect, it, vi } from "vitest";
import { logError } from "./log-error.ts";

afterEach(() => vi.restoreAllMocks());

it("logs one of the same errors a minute, with how many there were since, and others at their time", () => {
  const now = vi.spyOn(Date, "now").mockReturnValue(0);
  const logged = vi.spyOn(console, "error").mockReturnValue();
  const [hang, full] = [new Error("does not respond"), new Error("is full")];
  for (const error of [hang, hang, full, hang]) logError(error);
  expect(logged.mock.calls).toEqual([[hang], [full]]);
  now.mockReturnValue(60_000);
  logError(hang);
  expect(logged).toHaveBeenLastCalledWith(hang, "(2 more since the last entry)");
});
