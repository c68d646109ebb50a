// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from "vitest";
import { flash } from "./flash.ts";

afterEach(() => void vi.unstubAllGlobals());

it.each([
  [false, 1],
  [true, 0],
])("highlights a change unless motion is to be reduced: %s", (isReduced, times) => {
  vi.stubGlobal("matchMedia", () => ({ matches: isReduced }));
  const target = document.createElement("p");
  target.animate = vi.fn();
  flash(target);
  expect(target.animate).toHaveBeenCalledTimes(times);
});
