import { expect, it } from "vitest";
import type { Session } from "../model/session.ts";
import type { TraceFact } from "../model/trace.ts";
import { aSession, aShadow } from "../testing/session.ts";
import { aTrace, BEGIN, told } from "../testing/trace.ts";
import { rereadAfterMs } from "./reread.ts";

const LINKED = { links: [{ desk: "chat", conversation: "7", ticket: null }] };
const instant = (seconds: number) => new Date(BEGIN + seconds * 1_000).toISOString();
const PAGES = [{ page: "a", visibility: "visible" as const, leaseUntil: instant(30) }];

/** A reading 20 s after the last change, which is the transition 2. */
function after(session: Partial<Session>, facts: TraceFact[] = [], seconds = 20) {
  return rereadAfterMs(aSession(session), aTrace(facts), BEGIN + seconds * 1_000);
}

it("reads nothing again of a conversation of which nothing is awaited", () => {
  expect(after({})).toBeNull();
});

it("reads again each 15 s while pages are open, or would be in a trial run", () => {
  expect(after({ pages: PAGES })).toBe(15_000);
  expect(after({ shadow: aShadow({ pages: PAGES }) })).toBe(15_000);
});

it("reads again soon where a deadline has passed", () => {
  expect(after({ nextDeadlineAt: instant(30) })).toBe(15_000);
  expect(after({ nextDeadlineAt: instant(10) })).toBe(3_000);
});

it("reads again soon until the desk was told of the last change, for half a minute", () => {
  expect(after(LINKED, [told(10, 1)])).toBe(3_000);
  expect(after(LINKED, [told(10, 2)])).toBeNull();
  expect(after(LINKED, [told(10, 1)], 31)).toBeNull();
  expect(after({ ...LINKED, shadow: aShadow() })).toBeNull();
});

it("reads again each 15 s while telling the desk is tried again", () => {
  const failed = { ...told(10, 2), status: "pending", nextAttemptAt: instant(90) } as TraceFact;
  expect(after(LINKED, [failed])).toBe(15_000);
});
