import { expect, it } from "vitest";
import { pageIn } from "./route.ts";

it.each([
  ["", "now"],
  ["#/now", "now"],
  ["#/settings", "settings"],
  ["#/settings?key=", "settings"],
  ["#/no-such-page", "now"],
  ["#key=sk_1", "now"],
])("the fragment %j names the page %s", (hash, page) => {
  expect(pageIn(hash)).toBe(page);
});
