import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createShop } from "./app.ts";
import { startFakeCollector } from "./testing/collector.ts";
import { waitForAnswers } from "./testing/patience.ts";
import { createVisitor } from "./testing/visitor.ts";

vi.mock("node:timers/promises", () => ({ setTimeout: vi.fn(async () => {}) }));

let collector: Awaited<ReturnType<typeof startFakeCollector>>;
let visitor: ReturnType<typeof createVisitor>;

beforeEach(async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  waitForAnswers();
  collector = await startFakeCollector();
  visitor = createVisitor(createShop({ url: collector.url, key: "pk_1", secret: "sk_1" }));
});
afterEach(async () => {
  await collector.stop();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const TAG =
  /<script async src="([^"]+)" data-key="([^"]+)" data-session="([^"]+)" data-token="([^"]+)">/;

describe("every page", () => {
  it("makes no call to the collector before there is a conversation", async () => {
    expect(await visitor.page("/")).not.toMatch(TAG);
    expect(collector.calls).toHaveLength(0);
  });

  it.each(["/", "/products/moss-teapot", "/cart", "/about", "/nowhere"])(
    "%s contains the presence tag once there is a conversation",
    async (path) => {
      const { session } = await visitor.write("Hello");
      const [, src, key, tagged, token] = TAG.exec(await visitor.page(path)) ?? [];
      expect(src).toBe(`${collector.url}/sdk.js`);
      expect(key).toBe("pk_1");
      expect(tagged).toBe(session);
      expect(token).toBe(`token of ${session}`);
    },
  );

  it("has no presence tag while the collector is unreachable", async () => {
    await visitor.write("Hello");
    await collector.stop();
    const answer = await visitor.request("/");
    expect(answer.status).toBe(200);
    expect(await answer.text()).not.toMatch(TAG);
  });

  it("never contains the secret key", async () => {
    await visitor.write("Hello");
    expect(await visitor.page("/")).not.toContain("sk_1");
  });

  it("allows the browser to load only from the shop and the collector", async () => {
    const policy = (await visitor.request("/")).headers.get("content-security-policy");
    expect(policy).toContain(`script-src 'self' ${collector.url};`);
    expect(policy).toContain(`connect-src 'self' ${collector.url};`);
  });

  it("escapes what visitors write", async () => {
    await visitor.write("<img src=x>");
    expect(await visitor.page("/")).toContain("&lt;img src=x&gt;");
  });
});

describe("the slow pages", () => {
  it.each([
    ["/slow", "private, no-cache"],
    ["/checkout", "no-store"],
  ])("%s responds after 1.5 seconds, with cache-control %s", async (path, cacheControl) => {
    vi.mocked(setTimeout).mockClear();
    const answer = await visitor.request(path);
    expect(setTimeout).toHaveBeenCalledExactlyOnceWith(1_500);
    expect(answer.headers.get("cache-control")).toBe(cacheControl);
  });
});

describe("the cart", () => {
  const post = (fields: Record<string, string>) =>
    visitor.request("/cart", {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { origin: "http://shop.test" },
    });

  it("adds and removes products, and ignores unknown ones", async () => {
    await post({ add: "moss-teapot" });
    await post({ add: "moss-teapot" });
    await post({ add: "no-such-product" });
    expect(await visitor.page("/cart")).toContain("2 × € 64");
    await post({ remove: "moss-teapot" });
    expect(await visitor.page("/cart")).toContain("Nothing in it yet");
  });

  it("refuses a form from another site", async () => {
    const answer = await visitor.request("/cart", {
      method: "POST",
      body: new URLSearchParams({ add: "moss-teapot" }),
      headers: { origin: "http://evil.test" },
    });
    expect(answer.status).toBe(403);
  });
});
