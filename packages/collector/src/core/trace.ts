/**
 * The trace of a session: what its pages and messages did, as far as no transition says it, so that a person can
 * see why its visitor was called gone. Beats are left out.
 *
 * It is one text, `PAGE,PAGE|FACT FACT`, which is a field of the session: so it is stored with each change in
 * the same record, passes over in a merge, and is erased with the session. A fact is its time in milliseconds
 * since the session was created, in base 36, a capital letter for its kind, the page's position in base 36,
 * and what else there is to say.
 * @module
 */
import { sentTime } from "./field-order.ts";
import type { Input } from "./input.ts";
import { LEAVE_DESTINATIONS, type LeaveDestination } from "./lists.ts";
import type { Page, Session } from "./session.ts";
import type { Settings } from "./settings.ts";

/** How many facts a trace shows. */
export const MAX_FACTS = 200;
/** So many are kept before the oldest are dropped, so that not every further fact copies the others. */
const KEPT_FACTS = 232;
/** Characters of a page's id that are kept; ids of the SDK are shorter. */
const MAX_PAGE_ID = 24;

/** What a page did by a signal. `returned`: it was heard again after its lease had run out. */
const PAGE_FACTS = ["opened", "shown", "hidden", "frozen", "returned"] as const;
type PageFact = (typeof PAGE_FACTS)[number];

export type Fact = { readonly at: number } & (
  | { readonly type: PageFact; readonly page: string }
  | {
      readonly type: "left";
      readonly page: string;
      readonly to: LeaveDestination | null;
      /** The buffer that begins with it; 0: the page was believed gone already. */
      readonly bufferMs: number;
    }
  | {
      readonly type: "lease_ended";
      readonly page: string;
      /** The lease; the page was last heard when it began, unless an outage prolonged it. */
      readonly leaseMs: number;
      readonly bufferMs: number;
    }
  /** `sentAt` only where it is not the time of receipt. */
  | { readonly type: "end_user_message"; readonly sentAt?: number }
  | { readonly type: "agent_message" }
);

const LETTERS = {
  opened: "O",
  shown: "V",
  hidden: "H",
  frozen: "F",
  returned: "R",
  left: "L",
  lease_ended: "E",
  end_user_message: "U",
  agent_message: "A",
} as const satisfies Record<Fact["type"], string>;

const TYPES = new Map(Object.entries(LETTERS).map(([type, letter]) => [letter as string, type]));

/** In a trial run the session as presence would decide it has the trace: pages are read in that one. */
export function isTraced({ traceMs, presence }: Settings): boolean {
  return traceMs > 0 && presence.mode !== "shadow";
}

/** The session `after` an input with what is to be said of it. */
export function traceInput(
  before: Session,
  after: Session,
  input: Input,
  now: number,
  settings: Settings,
): Session {
  if (settings.traceMs === 0) return withoutTrace(after);
  if (!isTraced(settings) || after.merge) return after;
  const fact = factOf(before, after, input, now);
  return fact ? withFact(after, { ...fact, at: now }, now, settings) : after;
}

/** The session after a lease has run out, which began the buffer. */
export function traceLease(after: Session, page: Page, at: number, settings: Settings): Session {
  if (!isTraced(settings)) return after;
  const { id, leaseMs } = page;
  const bufferMs = bufferBegun(after, at);
  return withFact(after, { at, type: "lease_ended", page: id, leaseMs, bufferMs }, at, settings);
}

type Untimed<F> = F extends Fact ? Omit<F, "at"> : never;

function factOf(before: Session, after: Session, input: Input, now: number): Untimed<Fact> | null {
  switch (input.type) {
    case "signal":
    case "leave":
      return before === after ? null : pageFactOf(before, after, input, now);
    case "end_user_message": {
      if (before.ended || input.isCopy) return null;
      const sentAt = sentTime(input, now);
      return { type: "end_user_message", ...(sentAt < now && { sentAt }) };
    }
    case "agent_message":
      return before.ended || input.isCopy ? null : { type: "agent_message" };
    default:
      return null;
  }
}

function pageFactOf(
  before: Session,
  after: Session,
  input: Extract<Input, { type: "signal" | "leave" }>,
  now: number,
): Untimed<Fact> | null {
  const page = after.pages.at(-1);
  // Many pages at once share an entry; what one of them does is not told.
  if (page?.id !== input.page) return null;
  const known = before.pages.find(({ id }) => id === page.id);
  const { id } = page;
  if (input.type === "leave") {
    const isAlive = known !== undefined && known.leaseUntil !== null;
    const bufferMs = isAlive ? bufferBegun(after, now) : 0;
    return { type: "left", page: id, to: input.to, bufferMs };
  }
  if (!known || known.gen !== page.gen) return { type: "opened", page: id };
  if (known.visibility !== page.visibility) {
    return { type: page.visibility === "visible" ? "shown" : page.visibility, page: id };
  }
  return known.leaseUntil === null ? { type: "returned", page: id } : null;
}

function bufferBegun({ buffer }: Session, now: number): number {
  return buffer ? Math.max(0, buffer.endsAt - now) : 0;
}

function withFact(session: Session, fact: Fact, now: number, settings: Settings): Session {
  const { trace, createdAt } = withoutOldFacts(session, now, settings);
  const [names = "", facts = ""] = trace === "" ? [] : trace.split("|");
  const pages = names === "" ? [] : names.split(",");
  const text = encodeFact(fact, createdAt, pages);
  // Joined, because a text that is added to keeps all its parts in memory.
  const added = [pages.join(","), "|", facts, facts === "" ? "" : " ", text].join("");
  return { ...session, trace: countOf(added) > KEPT_FACTS ? lastOf(added, createdAt) : added };
}

function countOf(trace: string): number {
  let count = 1;
  for (let at = trace.indexOf(" "); at >= 0; at = trace.indexOf(" ", at + 1)) count += 1;
  return count;
}

function lastOf(trace: string, createdAt: number): string {
  return encodeTrace(decodeTrace(trace, createdAt).slice(-MAX_FACTS), createdAt);
}

export function withoutTrace(session: Session): Session {
  return session.trace === "" ? session : { ...session, trace: "" };
}

/** The time of the first fact. Its letter is a capital one, which `parseInt` would read as a digit. */
const OLDEST = /(?<=\|)-?[0-9a-z]+/;

/** The session without what is older than the settings allow. */
export function withoutOldFacts(session: Session, now: number, settings: Settings): Session {
  const { trace, createdAt } = session;
  if (trace === "") return session;
  const [oldest = ""] = OLDEST.exec(trace) ?? [];
  if (Number.parseInt(oldest, 36) + createdAt >= now - settings.traceMs) return session;
  const facts = decodeTrace(trace, createdAt).filter(({ at }) => at >= now - settings.traceMs);
  return { ...session, trace: encodeTrace(facts, createdAt) };
}

/** Facts of both sessions, as those of the first (rule 26). */
export function joinTraces(session: Session, old: Session): string {
  if (old.trace === "") return session.trace;
  const facts = [...factsOf(session), ...factsOf(old)].sort((a, b) => a.at - b.at);
  return encodeTrace(facts.slice(-MAX_FACTS), session.createdAt);
}

/** The last {@link MAX_FACTS} facts, in their order. */
export function factsOf({ trace, createdAt }: Session): readonly Fact[] {
  return decodeTrace(trace, createdAt).slice(-MAX_FACTS);
}

export function encodeTrace(facts: readonly Fact[], createdAt: number): string {
  if (facts.length === 0) return "";
  const pages: string[] = [];
  const texts = facts.map((fact) => encodeFact(fact, createdAt, pages));
  return `${pages.join(",")}|${texts.join(" ")}`;
}

/** Adds the fact's page to `pages` where it is not among them. */
function encodeFact(fact: Fact, createdAt: number, pages: string[]): string {
  const head = (fact.at - createdAt).toString(36) + LETTERS[fact.type];
  switch (fact.type) {
    case "end_user_message":
      return fact.sentAt === undefined ? head : head + (fact.at - fact.sentAt).toString(36);
    case "agent_message":
      return head;
    case "left": {
      const to = fact.to === null ? 0 : LEAVE_DESTINATIONS.indexOf(fact.to) + 1;
      return `${head}${pageIn(pages, fact.page)}.${to}.${fact.bufferMs.toString(36)}`;
    }
    case "lease_ended": {
      const [lease, buffer] = [fact.leaseMs.toString(36), fact.bufferMs.toString(36)];
      return `${head}${pageIn(pages, fact.page)}.${lease}.${buffer}`;
    }
    default:
      return head + pageIn(pages, fact.page);
  }
}

function pageIn(pages: string[], id: string): string {
  const kept = id.slice(0, MAX_PAGE_ID).replaceAll(/[,|\s]/g, "_");
  const index = pages.indexOf(kept);
  return (index < 0 ? pages.push(kept) - 1 : index).toString(36);
}

const FACT = /^(-?[0-9a-z]+)([A-Z])([0-9a-z]*)(?:\.([0-9a-z]+)\.([0-9a-z]+))?$/;

/** What cannot be read is left out. */
export function decodeTrace(trace: string, createdAt: number): readonly Fact[] {
  if (trace === "") return [];
  const [names = "", facts = ""] = trace.split("|");
  const pages = names.split(",");
  return facts.split(" ").flatMap((text) => decodeFact(text, createdAt, pages) ?? []);
}

function decodeFact(text: string, createdAt: number, pages: readonly string[]): Fact | null {
  const [, time = "", letter = "", first = "", second = "", third = ""] = FACT.exec(text) ?? [];
  const type = TYPES.get(letter) as Fact["type"] | undefined;
  if (type === undefined) return null;
  const number = (digits: string) => Number.parseInt(digits, 36);
  const at = number(time) + createdAt;
  if (type === "agent_message") return { at, type };
  if (type === "end_user_message") {
    return { at, type, ...(first !== "" && { sentAt: at - number(first) }) };
  }
  const page = pages[number(first)];
  if (page === undefined) return null;
  if (type === "left") {
    const to = LEAVE_DESTINATIONS[number(second) - 1] ?? null;
    return { at, type, page, to, bufferMs: number(third) };
  }
  if (type === "lease_ended") {
    return { at, type, page, leaseMs: number(second), bufferMs: number(third) };
  }
  return { at, type, page };
}
