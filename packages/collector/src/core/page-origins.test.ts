import { describe, expect, it } from "vitest";
import { checkOrigin } from "./page-origins.ts";
import { patchOverrides } from "./settings-schema.ts";

describe("an origin is written as browsers send it", () => {
  it.each([
    ["https://shop.example", "https://shop.example"],
    ["https://shop.example/", "https://shop.example"],
    ["https://shop.example:443", "https://shop.example"],
    ["http://shop.example:80/", "http://shop.example"],
    ["http://shop.example:443", "http://shop.example:443"],
    ["https://shop.example:8443", "https://shop.example:8443"],
    ["HTTPS://Shop.Example", "https://shop.example"],
    [" https://shop.example ", "https://shop.example"],
    ["https://münchen.example", "https://xn--mnchen-3ya.example"],
    ["https://MÜNCHEN.example/", "https://xn--mnchen-3ya.example"],
    ["https://*.shop.example", "https://*.shop.example"],
    ["HTTPS://*.Shop.Example:443/", "https://*.shop.example"],
    ["https://*.münchen.example", "https://*.xn--mnchen-3ya.example"],
    ["http://*.shop.example:8080", "http://*.shop.example:8080"],
    ["http://localhost:3000", "http://localhost:3000"],
    ["http://[::1]:3000", "http://[::1]:3000"],
    ["http://127.1", "http://127.0.0.1"],
    ["capacitor://localhost", "capacitor://localhost"],
    ["chrome-extension://abcdefghijklmnop/", "chrome-extension://abcdefghijklmnop"],
    ["null", "null"],
  ])("%s: %s", (entry, origin) => {
    expect(checkOrigin(entry)).toEqual({ origin });
    expect(checkOrigin(origin)).toEqual({ origin });
  });
});

describe("an origin that no browser sends is refused with the form that would match", () => {
  it.each([
    ["shop.example", "`https://shop.example`"],
    ["Shop.example:8443/", "`https://shop.example:8443`"],
    ["//shop.example", "`https://shop.example`"],
    ["*.shop.example", "`https://*.shop.example`"],
    ["localhost:3000", "`http://localhost:3000`"],
    ["https://shop.example/chat", "`https://shop.example`"],
    ["https://shop.example/?a=1", "`https://shop.example`"],
    ["https://shop.example#chat", "`https://shop.example`"],
    ["https://user@shop.example", "`https://shop.example`"],
    ["https://*.shop.example/chat", "`https://*.shop.example`"],
    ["*", "`https://*.shop.example`"],
    ["https://*", "`https://*.shop.example`"],
    ["http://*/", "`https://*.shop.example`"],
    ["https://*:8443", "`https://*.shop.example`"],
    ["https://www.*.example", "`https://*.shop.example`"],
    ["https://*shop.example", "`https://*.shop.example`"],
    ["file://", "`null`"],
    ["file:///C:/shop.html", "`null`"],
    ["capacitor://localhost/chat", "`capacitor://localhost`"],
    ["data:text/html,hello", "`https://shop.example`"],
    ["", "`https://shop.example`"],
    ["https://", "`https://shop.example`"],
    ["my shop", "`https://shop.example`"],
  ])("%s: %s", (entry, form) => {
    expect(checkOrigin(entry)).toEqual({ problem: expect.stringContaining(form) });
  });
});

describe("the setting `origins`", () => {
  it("is stored as browsers send the origins, each once", () => {
    const origins = ["https://shop.example/", "HTTPS://SHOP.EXAMPLE:443", "null"];
    expect(patchOverrides({}, { origins })).toEqual({
      overrides: { origins: ["https://shop.example", "null"] },
      problems: [],
    });
  });

  it("is refused with a problem for each wrong entry, and not changed", () => {
    const before = { origins: ["https://shop.example"] };
    const { overrides, problems } = patchOverrides(before, { origins: ["a.example", "*"] });
    expect(overrides).toEqual(before);
    expect(problems).toHaveLength(2);
    expect(problems[0]).toEqual({
      setting: "origins",
      message:
        "has `a.example`, which matches no page; an address begins with https:// or http://: write `https://a.example`.",
    });
  });

  it.each([[["https://a.example", 7]], ["https://a.example"], [{}]])(
    "is refused where it is no list of texts: %j",
    (origins) => {
      expect(patchOverrides({}, { origins }).problems).toEqual([
        { setting: "origins", message: "must be a list of origins, as `https://shop.example`." },
      ]);
    },
  );
});
