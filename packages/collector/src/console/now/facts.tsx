import type { ComponentChildren } from "preact";
import type { Link, Page, Session } from "../model/session.ts";
import { shadowFacts } from "../model/shadow.ts";
import { ticketWords } from "../model/words.ts";
import { Since } from "../ui/since.tsx";

/** The details of a session, as pairs of name and value. */
export function Facts({ session }: { session: Session }) {
  return (
    <dl id="drawer-facts">
      {factsOf(session).map(
        ([name, value]) =>
          value !== null && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

function factsOf(session: Session): [name: string, value: ComponentChildren][] {
  const { assignee, capacityHeld, ticket, queue, presence } = session;
  return [
    ["Conversation", <code key="id">{session.id}</code>],
    ...shadowFacts(session),
    ["In this state for", ago(session.stateChangedAt)],
    [
      presence === "offline" ? "Gone for" : "Here for",
      presence === "online" || presence === "offline" ? ago(session.presenceChangedAt) : null,
    ],
    ["Waiting for", queue === "queued" && session.queuedAt ? ago(session.queuedAt) : null],
    ["Last wrote", session.lastResponseAt ? ago(session.lastResponseAt, " ago") : null],
    ["Open pages", pageWords((session.shadow ?? session).pages)],
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
}

function linkWords({ desk, conversation, ticket }: Link): string {
  return ticket === null ? `${desk} ${conversation}` : `${desk} ${conversation}, ticket ${ticket}`;
}

function ago(instant: string, after = "") {
  return (
    <span>
      <Since at={instant} precision="fine" />
      {after}
    </span>
  );
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
