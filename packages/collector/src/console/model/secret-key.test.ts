import { describe, expect, it } from "vitest";
import { keyTitle, revokeWords, type SecretKey } from "./secret-key.ts";

const key = (id: string, more: Partial<SecretKey> = {}): SecretKey => ({
  ...{ id, role: "admin", name: null, hint: "sk_1", createdAt: null, expiresAt: null },
  ...more,
});
const first = key("a");
const unnamed = key("b");
const named = key("c", { name: "ticket sync" });

describe("keyTitle", () => {
  it("tells a key without a name from the account's first key", () => {
    const keys = [named, unnamed, first];
    expect(keys.map((each) => keyTitle(each, keys))).toEqual([
      "ticket sync",
      "Key without a name",
      "The account’s first key",
    ]);
  });

  it("takes no newer key for the first one after that was revoked", () => {
    expect(keyTitle(unnamed, [unnamed, named])).toBe("Key without a name");
    const viewer = key("d", { role: "viewer" });
    expect(keyTitle(viewer, [viewer])).toBe("Key without a name");
  });
});

describe("revokeWords", () => {
  it("says what stops for each role, and more of the account's first key", () => {
    const viewer = key("d", { role: "viewer" });
    expect(revokeWords(viewer, [viewer, first])).toContain("Programs that read conversations");
    expect(revokeWords(unnamed, [unnamed, first])).toContain("making tokens for pages");
    expect(revokeWords(unnamed, [unnamed, first])).not.toContain("set up first");
    expect(revokeWords(first, [unnamed, first])).toContain("What was set up first probably uses");
  });
});
