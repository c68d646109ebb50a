import { expect, it, vi } from "vitest";
import { createSetup } from "./setup.ts";

it.each([
  [true, "pk_1"],
  [false, null],
])("reads the site's key only if the role allows it: %s", async (mayReadKeys, key) => {
  const keys = vi.fn(async () => ({
    keys: [],
    publishableKeys: [{ key: "pk_1", expiresAt: null }],
  }));
  const api = {
    base: new URL("https://a.example/"),
    keys,
    attempts: async () => ({ attempts: [] }),
  };
  const setup = createSetup(api, () => mayReadKeys);
  await setup.read();
  expect(setup.key.value).toBe(key);
  expect(keys).toHaveBeenCalledTimes(mayReadKeys ? 1 : 0);
});
