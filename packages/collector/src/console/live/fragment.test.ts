// @vitest-environment happy-dom
import { beforeEach, expect, it } from "vitest";
import { takeLink } from "./fragment.ts";

beforeEach(() => sessionStorage.clear());

it.each([
  ["#key=sk_1", { invite: null, enter: null }, ""],
  ["#invite=t", { invite: "t", enter: null }, ""],
  ["#enter=e", { invite: null, enter: "e" }, ""],
  ["#/settings", { invite: null, enter: null }, "#/settings"],
])("takes from the address %s what may sign in, and leaves no secret in it", (hash, link, left) => {
  location.hash = hash;
  expect(takeLink()).toEqual(link);
  expect(location.hash).toBe(left);
});

it("keeps an invitation in the tab for a reload, until another link is opened, and keeps nothing else", () => {
  location.hash = "#invite=t";
  takeLink();
  expect(takeLink()).toEqual({ invite: "t", enter: null });
  location.hash = "#/now";
  expect(takeLink().invite).toBe("t");
  location.hash = "#enter=e";
  expect(takeLink()).toEqual({ invite: null, enter: "e" });
  location.hash = "#key=sk_1";
  takeLink();
  expect(sessionStorage.length).toBe(0);
});
