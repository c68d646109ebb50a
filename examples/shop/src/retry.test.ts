import { describe, expect, it, vi } from "vitest";
import { PermanentError, retry } from "./retry.ts";

const POLICY = { initialDelayMs: 1, maxDelayMs: 2, timeoutMs: 1_000 };

describe("retry", () => {
  it("retries until the attempt succeeds", async () => {
    const attempt = vi
      .fn()
      .mockRejectedValueOnce(new Error("unreachable"))
      .mockResolvedValue("done");
    expect(await retry(POLICY, attempt)).toBe("done");
    expect(attempt).toHaveBeenCalledTimes(2);
  });

  it("does not retry after a permanent error", async () => {
    const attempt = vi.fn().mockRejectedValue(new PermanentError(401, "wrong key"));
    await expect(retry(POLICY, attempt)).rejects.toThrow("wrong key");
    expect(attempt).toHaveBeenCalledOnce();
  });

  it("throws the last error when the policy times out", async () => {
    const attempt = vi.fn().mockRejectedValue(new Error("unreachable"));
    await expect(retry({ ...POLICY, timeoutMs: 0 }, attempt)).rejects.toThrow("unreachable");
    expect(attempt).toHaveBeenCalledOnce();
  });
});
