import { describe, expect, it } from "vitest";
import { keyTitle, revokeWords, type SecretKey } from "./secret-key.ts";

const key = (id: string, more: Partial<SecretKey> = {}): SecretKey => ({
  ...{ id, role: "admin", name: null, hint: "sk_1", createdAt: null, expiresAt: null },
  ...more,
});
const own = key("a");
const renewed = key("b", { hint: "sk_2" });
const viewer = key("d", { role: "viewer" });

describe("keyTitle", () => {
  it("names the account's own keys, which a rotation replaces, and all others by their name", () => {
    const named = key("c", { name: "ticket sync" });
    expect([named, renewed, own, viewer].map(keyTitle)).toEqual([
      "ticket sync",
      "The account’s own key",
      "The account’s own key",
      "Key without a name",
    ]);
  });
});

describe("revokeWords", () => {
  it("says what stops for each role, and more of the account's own keys", () => {
    const named = key("c", { name: "ticket sync" });
    expect(revokeWords(viewer)).toContain("Programs that read conversations");
    expect(revokeWords(named)).toContain("making tokens for pages");
    expect(revokeWords(named)).not.toContain("set up with the account");
    expect(revokeWords(own)).toContain("What was set up with the account probably uses");
  });
});
