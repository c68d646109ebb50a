/**
 * What to do in each kind of desk, and what to paste there; docs/desks.md says the same.
 * @module
 */
import type { HelpDesk } from "./desk.ts";

/** A text, a text to be copied, the form for the webhook's secrets, or who may report. */
export type StepPart =
  | { say: string }
  | { copy: string; name: string; label: string }
  | "secrets"
  | "binding";

export interface DeskStep {
  title: string;
  parts: readonly StepPart[];
}

interface Site {
  /** The collector's address, without a slash at the end. */
  collector: string;
  /** The publishable key. */
  key: string;
}

export function stepsOf(desk: HelpDesk, site: Site): readonly DeskStep[] {
  return (STEPS[desk.kind] ?? ownSteps)(desk, site);
}

/** Of a kind that the collector's operator has registered. */
function ownSteps(desk: HelpDesk): readonly DeskStep[] {
  const say = `The page connects to the session of its conversation, whose name is “${prefixOf(desk)}” and the desk’s own id.`;
  return [
    {
      title: "The webhook",
      parts: [
        { say: "In the desk, add a webhook to this address:" },
        addressOf(desk),
        { say: "Enter the secret here by which its messages are believed:" },
        "secrets",
      ],
    },
    { title: "The page", parts: [{ say }] },
    testStep("It asks the desk whether it accepts the access, and writes nothing."),
  ];
}

const STEPS: Readonly<Record<string, (desk: HelpDesk, site: Site) => readonly DeskStep[]>> = {
  chatwoot: (desk, site) => {
    const attribute = settingOf(desk, "attribute", "presence");
    return [
      {
        title: "Two attributes",
        parts: [
          {
            say: "In Chatwoot, open Settings, Custom Attributes, and add one that applies to conversations, of type List, with the values online and offline and this key:",
          },
          { copy: attribute, name: "attribute", label: "Copy the key" },
          { say: "Add one of type Text that says why:" },
          { copy: `${attribute}_reason`, name: "reason", label: "Copy the key of the reason" },
        ],
      },
      {
        title: "The webhook",
        parts: [
          {
            say: "Open Settings, Integrations, Webhooks, and add one to this address, for the events Conversation Created, Conversation Status Changed, Conversation Updated, Message created and Conversation typing on:",
          },
          addressOf(desk),
          { say: "Copy the secret that Chatwoot shows for it, and enter it here:" },
          "secrets",
        ],
      },
      pageStep("Put this beside Chatwoot’s own script:", "sdk-chatwoot.js", desk, site),
      BINDING,
      testStep("It reads Chatwoot’s attributes with the access token, and writes nothing."),
    ];
  },
  sunco: (desk, site) => [
    {
      title: "The webhook",
      parts: [
        {
          say: "In Admin Center (Apps and integrations, Integrations, Conversations integrations), create an integration with this webhook endpoint URL and the webhook subscriptions conversation:create, conversation:message, conversation:postback, conversation:typing, conversation:read, conversation:remove, switchboard:passControl, switchboard:releaseControl, user:merge and user:remove:",
        },
        addressOf(desk),
        { say: "Copy its shared secret, which is shown once, and enter it here:" },
        "secrets",
      ],
    },
    pageStep("Put this beside the messenger:", "sdk-sunco.js", desk, site),
    BINDING,
    testStep("It reads the app with the key, and writes nothing."),
  ],
  zendesk: (desk, site) => [
    {
      title: "Its events",
      parts: [
        {
          say: "In Admin Center, create a webhook (Apps and integrations, Webhooks) of the type Zendesk events to this address, for Messaging: message added, the Ticket events (created, status, priority, group, agent assignment and tags changed, deleted) and, for agents’ capacity, Agent maximum capacity changed:",
        },
        addressOf(desk),
      ],
    },
    {
      title: "Its trigger",
      parts: [
        {
          say: "Create a second webhook of the type Trigger or automation to the same address, and a trigger with the condition Ticket Messaging session state, Changed to, Ended and the action Notify active webhook, with this JSON body:",
        },
        { copy: TRIGGER_BODY, name: "trigger", label: "Copy the body" },
        { say: "Reveal the signing secrets of both webhooks, and enter them here:" },
        "secrets",
      ],
    },
    pageStep("Put this beside the Web Widget of messaging:", "sdk-zendesk.js", desk, site),
    BINDING,
    testStep("It reads the ticket field, which must have both tags, and writes nothing."),
  ],
};

const TRIGGER_BODY = `{
  "stillhere": {
    "ticket": "{{ticket.id}}",
    "status": "{{ticket.status}}",
    "updatedAt": "{{ticket.updated_at_with_timestamp}}",
    "session": "ended"
  }
}`;

const BINDING: DeskStep = { title: "Who may report", parts: ["binding"] };

function addressOf(desk: HelpDesk): StepPart {
  return { copy: desk.inboundUrl, name: "inbound", label: "Copy the address" };
}

function testStep(does: string): DeskStep {
  const say = `Press “Test”. ${does} After the next message of a visitor, “Last heard” is no longer empty.`;
  return { title: "Is it there?", parts: [{ say }] };
}

/** The session's id begins with the prefix. */
function pageStep(say: string, file: string, desk: HelpDesk, { collector, key }: Site): DeskStep {
  const prefix = prefixOf(desk);
  const attribute = prefix === "" ? "" : ` data-prefix="${prefix}"`;
  const copy = `<script async src="${collector}/${file}"
        data-key="${key}"${attribute}></script>`;
  return { title: "The page", parts: [{ say }, { copy, name: "snippet", label: "Copy the code" }] };
}

/** Zendesk and Sunshine Conversations share the ids of conversations. */
function prefixOf({ id, kind, mapping }: HelpDesk): string {
  return mapping.prefix ?? (kind === "sunco" || kind === "zendesk" ? "" : `${id}-`);
}

function settingOf(desk: HelpDesk, name: string, preset: string): string {
  const value = desk.outbound?.[name];
  return typeof value === "string" ? value : preset;
}

/** A secret that a desk's address can carry, and no one can guess. */
export function newPathSecret(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
