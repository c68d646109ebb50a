import { describe, expect, it, vi } from "vitest";
import { Refused, retry } from "./retry.ts";

const PATIENCE = { firstMs: 1, longestMs: 2, forMs: 1_000 };

describe("retry", () => {
  it("tries until it works", async () => {
    const attempt = vi.fn().mockRejectedValueOnce(new Error("away")).mockResolvedValue("done");
    expect(await retry(PATIENCE, attempt)).toBe("done");
    expect(attempt).toHaveBeenCalledTimes(2);
  });

  it("does not try again what was refused", async () => {
    const attempt = vi.fn().mockRejectedValue(new Refused(401, "wrong key"));
    await expect(retry(PATIENCE, attempt)).rejects.toThrow("wrong key");
    expect(attempt).toHaveBeenCalledOnce();
  });

  it("gives up when patience ends", async () => {
    const attempt = vi.fn().mockRejectedValue(new Error("away"));
    await expect(retry({ ...PATIENCE, forMs: 0 }, attempt)).rejects.toThrow("away");
    expect(attempt).toHaveBeenCalledOnce();
  });
});
