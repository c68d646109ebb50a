/**
 * A visitor who must stay online, checked without waiting for leases and buffers to expire.
 * @module
 */
import { expect } from "vitest";
import type { Visitor } from "../visitor.ts";

/**
 * Settings of presence for {@link expectToStayOnline}: longer than a busy machine ever stops a
 * process. The lease outlasts the buffer, so a deadline after the buffer's end shows that no buffer
 * runs.
 */
export const STAY = { bufferSeconds: 60, closeBufferSeconds: 60, leaseSeconds: 120 } as const;

/**
 * Waits for a beat of one of the visitor's visible pages, and checks that the visitor was never
 * offline and that no buffer runs.
 */
export async function expectToStayOnline(visitor: Visitor): Promise<void> {
  const since = Date.now();
  const row = await visitor.waitUntil("a renewed lease", ({ pages }) =>
    pages.some(({ leaseUntil }) => Date.parse(leaseUntil) > since + STAY.leaseSeconds * 1000),
  );
  expect(row).toMatchObject({ presence: "online", state: "active" });
  const nextDeadlineAt = Date.parse(row.nextDeadlineAt ?? "");
  expect(nextDeadlineAt).toBeGreaterThan(since + STAY.bufferSeconds * 1000);
  expect(await visitor.offlineTransitions()).toEqual([]);
}
