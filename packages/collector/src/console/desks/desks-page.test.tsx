// @vitest-environment happy-dom
import { signal } from "@preact/signals";
import { expect, it } from "vitest";
import { ApiProblem } from "../live/problem.ts";
import type { DeskUpdate, HelpDesk } from "../model/desk.ts";
import { createDesks } from "../state/desks.ts";
import { doing, part, show } from "../testing/render.ts";
import { DesksPage } from "./desks-page.tsx";

const DESK: HelpDesk = {
  id: "support",
  kind: "chatwoot",
  inbound: { secrets: 1 },
  inboundUrl: "https://presence.example.com/v1/desks/support/inbound",
  outbound: { baseUrl: "https://chat.example.com", accountId: "1", attribute: "here" },
  dryRun: false,
  trial: false,
  mapping: {},
  lastHeardAt: "2026-01-15T12:00:00.000Z",
  lastWrittenAt: null,
  refused: 2,
  parked: 1,
  delivery: { pending: 0, pausedUntil: null, nextAttemptAt: null, lastFailure: null },
};

interface Given {
  desks?: readonly HelpDesk[] | Error;
  kinds?: string[];
}

/** Shows the page; returns what was put. */
async function showPage({ desks = [DESK], kinds = ["chatwoot"] }: Given = {}) {
  const put: DeskUpdate[] = [];
  const api = {
    desks: async () => {
      if (desks instanceof Error) throw desks;
      return { kinds, desks: [...desks] };
    },
    putDesk: async (_: string, update: DeskUpdate) => {
      put.push(update);
      return DESK;
    },
    removeDesk: async () => ({}),
    testDesk: async () => ({ delivered: false, response: null, error: "timeout" }),
    parkedFacts: async () => ({
      parked: [{ ticket: "42", conversation: null, facts: 3, since: "2026-01-15T11:00:00.000Z" }],
    }),
    dryWrites: async () => ({
      writes: [
        {
          at: "2026-01-15T11:00:00.000Z",
          session: "support-1",
          conversation: "1",
          presence: "offline" as const,
          reason: "user_offline" as const,
          changed: { status: "solved", tags: { added: ["abandoned"], removed: [] } },
        },
      ],
    }),
    deskDeliveries: async () => ({ deliveries: [], cursor: null }),
    replayToDesk: async () => ({ replayed: 0 }),
  };
  const setup = {
    collector: "https://presence.example.com",
    key: signal("pk_1"),
    attempts: signal(null),
    readAttempts: async () => {},
    read: async () => {},
  };
  await show(<DesksPage desks={createDesks(api as never)} setup={setup} />);
  await doing(() => {});
  return { put };
}

const text = () => document.body.textContent ?? "";
const button = (label: string) =>
  [...document.querySelectorAll("button")].find(({ textContent }) => textContent === label);
const unfold = (title: string) =>
  doing(() => {
    const summary = [...document.querySelectorAll("summary")].find(
      ({ textContent }) => textContent === title,
    );
    const details = summary?.parentElement as HTMLDetailsElement;
    details.open = true;
    details.dispatchEvent(new Event("toggle"));
  });

it("says when a desk was heard and written to, and what was refused and parked", async () => {
  await showPage();
  const facts = [...document.querySelectorAll(".desk-facts dd")].map((each) => each.textContent);
  expect(facts[0]).toContain("2026");
  expect(facts.slice(1)).toEqual([
    "Nothing yet",
    "Presence and reason of each conversation",
    "2: not signed with a secret of the desk",
    "1, until their conversation is known",
  ]);
});

it("names the attributes that the desk has, where they are not the usual ones", async () => {
  await showPage({ desks: [{ ...DESK, lastHeardAt: null, mapping: { prefix: "cw:" } }] });
  expect(part("attribute-support").textContent).toBe("here");
  expect(part("reason-support").textContent).toBe("here_reason");
  expect(part("snippet-support").textContent).toContain('data-key="pk_1" data-prefix="cw:"');
});

it("lists parked messages, and what a dry run would have written", async () => {
  await showPage();
  const shown = (selector: string) => () => document.querySelector(selector)?.textContent ?? "";
  await unfold("Parked messages");
  await expect.poll(shown("[data-parked='42']")).toContain("3 messages since");
  await unfold("What it would have been told in a dry run or a trial");
  const write = shown("[data-dry-write='support-1']");
  await expect.poll(write).toContain("Gone, Left the site");
  expect(write()).toContain("status solved, with the tag abandoned");
});

it("keeps the credentials, the words and the secrets when a dry run begins", async () => {
  const mapping = { prefix: "cw:", group: { "1": "sales" } };
  const { put } = await showPage({ desks: [{ ...DESK, mapping }] });
  await doing(() => button("Begin a dry run")?.click());
  const { kind, outbound } = DESK;
  expect(put).toEqual([{ kind, inbound: {}, outbound, dryRun: true, mapping }]);
});

it("says why a desk did not get a test", async () => {
  await showPage();
  await doing(() => button("Test")?.click());
  expect(part("desks-status").textContent).toContain("it did not answer in time");
});

it("says that there is no desk, and names the kinds that are added by the route", async () => {
  await showPage({ desks: [], kinds: ["chatwoot", "intercom"] });
  expect(text()).toContain("There is no desk");
  expect(text()).toContain("also has the kinds intercom");
  expect([...document.querySelectorAll("option")].map(({ value }) => value)).toEqual(["chatwoot"]);
});

it("says why the desks cannot be read", async () => {
  await showPage({ desks: new ApiProblem("unavailable", "The store cannot be reached.") });
  expect(part("desks-status").textContent).toBe("The store cannot be reached.");
});
