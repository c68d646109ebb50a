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
  triggerConflicts: [],
};

interface Given {
  desks?: readonly HelpDesk[] | Error;
  kinds?: string[];
  schemas?: Record<string, unknown>;
  /** Why no change of a desk is accepted. */
  refusal?: ApiProblem;
}

/** As the collector describes `mapping`. */
const MAPPING = {
  properties: {
    prefix: { type: "string", pattern: "^[\\w.:@-]{0,32}$" },
    status: {
      propertyNames: { type: "string", minLength: 1 },
      additionalProperties: { type: "string", enum: ["open", "hold", "solved"] },
    },
    group: {
      propertyNames: { type: "string", minLength: 1 },
      additionalProperties: { type: "string", minLength: 1 },
    },
  },
};

/** Shows the page; returns what was put. */
async function showPage({
  desks = [DESK],
  kinds = ["chatwoot"],
  schemas = {},
  refusal,
}: Given = {}) {
  const put: DeskUpdate[] = [];
  const api = {
    desks: async () => {
      if (desks instanceof Error) throw desks;
      return { kinds, schemas, mapping: MAPPING, desks: [...desks] };
    },
    putDesk: async (_: string, update: DeskUpdate) => {
      if (refusal) throw refusal;
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

it("names the triggers that are on and do not fit the desk", async () => {
  await showPage({
    desks: [
      {
        ...DESK,
        triggerConflicts: [
          { code: "routing_channel_not_told", triggers: ["By email"] },
          { code: "recipes_on_here", triggers: ["Tag", "Solve"] },
        ],
      },
    ],
  });
  const shown = [...document.querySelectorAll("[data-conflict]")].map((each) => each.textContent);
  expect(shown[0]).toMatch(/continue by another channel: “By email”\. support cannot be told/);
  expect(shown[1]).toMatch(/are on here: “Tag”, “Solve”\. support can have the same/);
});

it("says why a desk did not get a test", async () => {
  await showPage();
  await doing(() => button("Test")?.click());
  expect(part("desks-status").textContent).toContain("it did not answer in time");
});

it("says that there is no desk, and which kinds there are", async () => {
  await showPage({ desks: [], kinds: ["chatwoot", "intercom"] });
  expect(text()).toContain("There is no desk");
  const kinds = [...document.querySelectorAll("#desk-kind option")];
  expect(kinds.map((option) => (option as HTMLOptionElement).value)).toEqual([
    "chatwoot",
    "intercom",
  ]);
});

/** Types into a control, as a person does. */
const type = (id: string, value: string) =>
  doing(() => {
    const control = part(id) as HTMLInputElement;
    control.value = value;
    control.dispatchEvent(new Event("input", { bubbles: true }));
    control.dispatchEvent(new Event("change", { bubbles: true }));
  });
const submit = (id: string) =>
  doing(() => {
    const form = part(id).closest("form");
    form?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  });

it("adds a desk of a kind of one's own, by the fields of its schema, and checks what is typed", async () => {
  const outbound = {
    properties: {
      baseUrl: { type: "string", description: "Where its API is." },
      token: { type: "string", pattern: "^tok_\\w+$" },
      region: { type: "string", enum: ["eu", "us"] },
      port: { type: "integer", maximum: 9 },
      notes: { type: "boolean", default: false },
      field: { properties: { id: { type: "string" } }, required: ["id"] },
      list: { type: "array" },
    },
    required: ["baseUrl", "token", "region"],
  };
  const schemas = { parley: { outbound, credentials: ["token"], mapping: {} } };
  const { put } = await showPage({ desks: [], kinds: ["parley"], schemas });
  const ids = [...document.querySelectorAll("#desk-form [id^=desk-]:is(input, select)")];
  expect(ids.map(({ id }) => id)).toEqual([
    ...["desk-kind", "desk-id", "desk-baseUrl", "desk-token", "desk-region", "desk-port"],
    ...["desk-notes", "desk-field-id", "desk-dry-run"],
  ]);
  expect(part("desk-baseUrl-hint").textContent).toBe("Where its API is.");
  expect((part("desk-token") as HTMLInputElement).type).toBe("password");
  await type("desk-token", "secret");
  expect(part("desk-token-problem").textContent).toBe("must match ^tok_\\w+$");
  await type("desk-token", "tok_1");
  expect(part("desk-token-problem").textContent).toBe("");
  await type("desk-port", "10");
  expect(part("desk-port-problem").textContent).toBe("must be 9 at most");
  await type("desk-port", "9");
  await type("desk-id", "help");
  await type("desk-baseUrl", "https://parley.example");
  await type("desk-region", "eu");
  await type("desk-field-id", "5");
  await submit("desk-id");
  expect(put).toEqual([
    {
      kind: "parley",
      inbound: {},
      outbound: {
        baseUrl: "https://parley.example",
        ...{ token: "tok_1", region: "eu", port: 9, field: { id: "5" } },
      },
      dryRun: false,
      mapping: {},
    },
  ]);
});

it("changes what a desk's words mean, and refuses what the collector would refuse while it is typed", async () => {
  const mapping = { status: { waiting: "hold" } };
  const schemas = {
    chatwoot: { outbound: {}, credentials: [], mapping: { status: { open: "open" } } },
  };
  const { put } = await showPage({ desks: [{ ...DESK, mapping }], schemas });
  await unfold("Its words, and how its sessions are named");
  expect(text()).toContain("Without rows of your own: open is open.");
  const isRefused = () => (part("save-words-support") as HTMLButtonElement).disabled;
  await type("prefix-support", "a b");
  expect(part("prefix-support-problem").textContent).toContain("must match");
  expect(isRefused()).toBe(true);
  await type("prefix-support", "cw:");
  await doing(() => button("Add a word: group")?.click());
  expect(part("word-support-1-problem").textContent).toBe(
    "The desk’s word must have 1 character at least",
  );
  await type("word-support-1-theirs", "7");
  await type("word-support-1-ours", "sales");
  await doing(() => button("Add a word: status")?.click());
  await type("word-support-2-theirs", "WAITING");
  expect(part("word-support-2-problem").textContent).toBe("WAITING is there twice");
  expect(isRefused()).toBe(true);
  await type("word-support-2-theirs", "done");
  await type("word-support-2-ours", "solved");
  expect(isRefused()).toBe(false);
  await submit("save-words-support");
  expect(put.at(-1)?.mapping).toEqual({
    prefix: "cw:",
    status: { waiting: "hold", done: "solved" },
    group: { "7": "sales" },
  });
});

it("says why the desks cannot be read", async () => {
  await showPage({ desks: new ApiProblem("unavailable", "The store cannot be reached.") });
  expect(part("desks-status").textContent).toBe("The store cannot be reached.");
});

async function enterToken(id: string): Promise<HTMLInputElement> {
  await doing(() => {
    for (const summary of document.querySelectorAll("summary")) {
      if (summary.textContent === "Access to the desk")
        summary.parentElement?.setAttribute("open", "");
    }
    for (const each of document.querySelectorAll("details"))
      each.dispatchEvent(new Event("toggle"));
  });
  const token = part<HTMLInputElement>(`access-${id}-apiAccessToken`);
  token.value = "typed";
  await doing(() => token.dispatchEvent(new Event("input")));
  await doing(() => part(`save-access-${id}`).click());
  return token;
}

it("says what is wrong in the form in which it was entered, and in no other", async () => {
  const errors = [{ field: "outbound.apiAccessToken", message: "It has a space." }];
  const refusal = new ApiProblem("invalid_request", "Check the fields.", errors);
  await showPage({ desks: [DESK, { ...DESK, id: "sales" }], refusal });
  const token = await enterToken("sales");
  const problem = (id: string) => part(`${id}-apiAccessToken-problem`).textContent;
  await expect.poll(() => problem("access-sales")).toBe("It has a space.");
  expect(["access-support", "desk"].map(problem)).toEqual(["", ""]);
  expect(token.value).toBe("typed");
});

it("keeps no token that was typed, once it was saved", async () => {
  const { put } = await showPage();
  const token = await enterToken("support");
  await expect.poll(() => token.value).toBe("");
  expect(put[0]?.outbound).toMatchObject({ apiAccessToken: "typed", accountId: "1" });
});
