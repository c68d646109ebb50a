/**
 * Checks of a visitor in a browser: who leaves is offline in time, and who stays is online.
 * @module
 */
import { expect } from "vitest";
import { SECONDS, type Visitor } from "../visitor.ts";

const BUFFER_MS = SECONDS.buffer * 1000;
/** How late a verdict may be on a busy machine. It may never be early. */
const SLACK_MS = 20_000;
/** A lease that outlasts every wait of these tests, so that only a leave can cause an earlier offline. */
export const LONG_LEASE_SECONDS = 120;
/** Longer than a busy machine stops a process: a page that is there is never silent for so long. */
export const SILENCE_LEASE_SECONDS = 6;

export const isOffline = (row: { presence: string }) => row.presence === "offline";

/** Checks that the visitor is offline one buffer after `since`, and not earlier. */
export async function expectOfflineAfterBuffer(visitor: Visitor, since: number): Promise<void> {
  await visitor.waitUntil("offline", isOffline);
  const absence = (await visitor.offlineTransitions()).at(-1);
  expect(absence?.to).toMatchObject({ state: "inactive", reason: "user_offline" });
  const after = Date.parse(absence?.at ?? "") - since;
  expect(after).toBeGreaterThanOrEqual(BUFFER_MS);
  expect(after).toBeLessThan(BUFFER_MS + SLACK_MS);
}

/** When the lease of the visitor's page ends, as the collector has it, in epoch milliseconds. */
export async function leaseEnd(visitor: Visitor): Promise<number> {
  const [page] = (await visitor.row()).pages;
  return Date.parse(page?.leaseUntil ?? "");
}

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
