import { expect, it } from "vitest";
import { conversationHref, conversationIn, pageIn } from "./route.ts";

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

it.each(["conv_1", "a/b?c#d e", "ä%"])("the address of the conversation %j names it", (id) => {
  expect(conversationIn(conversationHref(id))).toBe(id);
  expect(pageIn(conversationHref(id))).toBe("now");
});

it.each(["", "#/now", "#/now/", "#/settings/a", "#/now/%"])("%j names no conversation", (hash) => {
  expect(conversationIn(hash)).toBeNull();
});
