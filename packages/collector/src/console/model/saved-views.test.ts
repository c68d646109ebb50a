import { expect, it } from "vitest";
import { addressOf, filterIn } from "./conversation-filter.ts";
import { READY_VIEWS, readViews, writeViews } from "./saved-views.ts";

function aStorage(text: string | null) {
  let kept = text;
  return {
    getItem: () => kept,
    setItem: (_: string, value: string) => {
      kept = value;
    },
  };
}

it("keeps views in the browser", () => {
  const storage = aStorage(null);
  const views = [{ name: "VIPs", address: "tag=vip" }];
  expect(writeViews(() => storage, views)).toBe(true);
  expect(readViews(() => storage)).toEqual(views);
});

it.each(["{", "7", '[{"name": 1}, null]'])("has none where the browser has kept %s", (text) => {
  expect(readViews(() => aStorage(text))).toEqual([]);
});

it("says so where the browser keeps nothing", () => {
  const refuse = () => {
    throw new DOMException("no", "SecurityError");
  };
  expect(readViews(refuse)).toEqual([]);
  expect(writeViews(refuse, [])).toBe(false);
});

it.each(READY_VIEWS)("has a view $name whose address is the page's own", ({ address }) => {
  expect(addressOf(filterIn(new URLSearchParams(address))).toString()).toBe(address);
});
