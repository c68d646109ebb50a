// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import {
  conversationHref,
  conversationIn,
  explainedIn,
  followAddress,
  pageIn,
  takeLeftLink,
  whyHref,
} from "./route.ts";

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

it.each(["conv_1", "a/b?c#d e", "ä%"])("the address of the drawing of %j names it", (id) => {
  expect([explainedIn(whyHref(id)), conversationIn(whyHref(id))]).toEqual([id, null]);
  expect(pageIn(whyHref(id))).toBe("why");
});

it.each(["#/why", "#/why/", "#/why/%"])("%j names no drawing", (hash) => {
  expect([explainedIn(hash), pageIn(hash)]).toEqual([null, "now"]);
});

it.each(["", "#/now", "#/now/", "#/settings/a", "#/now/%"])("%j names no conversation", (hash) => {
  expect(conversationIn(hash)).toBeNull();
});

describe("an address that is left for a conversation", () => {
  beforeEach(() => history.replaceState(null, "", "#/now"));

  function go(hash: string): void {
    history.replaceState(null, "", hash);
    dispatchEvent(new Event("hashchange"));
  }

  it("is the page again whose link has opened it, and gives that link", () => {
    const address = followAddress();
    go("#/triggers");
    go(conversationHref("conv_1"));
    go(conversationHref("conv_2"));
    expect([address.page.value, address.conversation.value]).toEqual(["now", "conv_2"]);
    address.leaveConversation();
    expect([address.page.value, address.conversation.value]).toEqual(["triggers", null]);
    expect(location.hash).toBe("#/triggers");
    expect([takeLeftLink(), takeLeftLink()]).toEqual([conversationHref("conv_2"), null]);
  });

  it("is not the drawing that the details lead to, after going back from it", () => {
    const address = followAddress();
    go("#/reports");
    go(conversationHref("conv_1"));
    go(whyHref("conv_1"));
    expect([address.page.value, address.explained.value]).toEqual(["why", "conv_1"]);
    go(conversationHref("conv_1"));
    address.leaveConversation();
    expect([location.hash, takeLeftLink()]).toEqual(["#/reports", conversationHref("conv_1")]);
  });

  it("is the page of visitors where it was opened there, or by its address", () => {
    const address = followAddress();
    go("#/triggers");
    go("#/now");
    go(conversationHref("conv_1"));
    address.leaveConversation();
    expect([address.page.value, takeLeftLink()]).toEqual(["now", null]);
  });
});
