import type { Link, Page, Session } from "../model/session.ts";
import { shadowFacts } from "../model/shadow.ts";
import { ticketWords } from "../model/words.ts";
import { element } from "./element.ts";
import { setSince, since } from "./since.ts";

/** The details of a session, as pairs of name and value. */
export function factList(session: Session): HTMLElement[] {
  const { assignee, capacityHeld, ticket, queue } = session;
  const facts: [string, Node | string | null][] = [
    ["Conversation", element("code", {}, session.id)],
    ...shadowFacts(session),
    ["In this state for", ago(session.stateChangedAt)],
    [
      session.presence === "offline" ? "Gone for" : "Here for",
      session.presence === "online" || session.presence === "offline"
        ? ago(session.presenceChangedAt)
        : null,
    ],
    ["Waiting for", queue === "queued" && session.queuedAt ? ago(session.queuedAt) : null],
    ["Last wrote", session.lastResponseAt ? ago(session.lastResponseAt, " ago") : null],
    ["Open pages", pageWords(session.pages)],
    [
      "Agent",
      assignee === null ? "Nobody" : assignee + (capacityHeld ? "" : ", place free for others"),
    ],
    ["Ticket", ticketWords(ticket)],
    ["Group", ticket.group],
    ["Tags", ticket.tags.length > 0 ? ticket.tags.join(", ") : null],
    ["Linked to", session.links.length > 0 ? session.links.map(linkWords).join(", ") : null],
    ["Channel", session.channel],
  ];
  return facts.flatMap(([name, value]) =>
    value === null ? [] : [element("div", {}, element("dt", {}, name), element("dd", {}, value))],
  );
}

function linkWords({ desk, conversation, ticket }: Link): string {
  return ticket === null ? `${desk} ${conversation}` : `${desk} ${conversation}, ticket ${ticket}`;
}

function ago(instant: string, after = ""): HTMLElement {
  const time = since("fine");
  setSince(time, instant);
  return element("span", {}, time, after);
}

const PAGE_WORDS: Record<Page["visibility"], string> = {
  visible: "in front",
  hidden: "in the background",
  frozen: "put to sleep by the browser",
};

function pageWords(pages: Page[]): string | null {
  const open = pages.filter(({ leaseUntil }) => leaseUntil !== null);
  if (open.length === 0) return null;
  return `${open.length}: ${open.map(({ visibility }) => PAGE_WORDS[visibility]).join(", ")}`;
}
