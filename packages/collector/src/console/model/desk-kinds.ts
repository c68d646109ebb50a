/**
 * What is entered for each kind of desk.
 * @module
 */
import type { DeskField } from "./desk-field.ts";
import { typedValue } from "./json-schema.ts";
import { fieldsBySchema, type KindSchema } from "./own-kind.ts";

export interface DeskKindWords {
  title: string;
  fields: readonly DeskField[];
  /** The secrets of its webhooks. The first one is needed. */
  secrets: readonly string[];
}

/** The fields of a kind that is not here follow from its schema. */
export const DESK_KIND_WORDS: Readonly<Record<string, DeskKindWords>> = {
  chatwoot: {
    title: "Chatwoot",
    fields: [
      {
        name: "baseUrl",
        label: "Address of Chatwoot",
        hint: "As https://chat.example.com.",
      },
      {
        name: "accountId",
        label: "Number of the account",
        hint: "It is in Chatwoot’s address: 1 in /app/accounts/1/….",
      },
      {
        name: "apiAccessToken",
        label: "Access token",
        hint: "In Chatwoot: Profile Settings, Access Token. Take an administrator’s that was made for this, as an agent sees only the conversations of its own inboxes.",
        isSecret: true,
      },
    ],
    secrets: ["Secret of the webhook"],
  },
  sunco: {
    title: "Sunshine Conversations",
    fields: [
      {
        name: "baseUrl",
        label: "Address of its API",
        hint: "As https://shop.zendesk.com/sc, or https://api.smooch.io without Zendesk.",
      },
      { name: "appId", label: "Id of the app", hint: "In Sunshine Conversations: Settings." },
      {
        name: "keyId",
        label: "Id of an API key",
        hint: "In Sunshine Conversations: Settings, API keys. Create one for this. It begins with app_.",
      },
      {
        name: "secret",
        label: "Secret of that key",
        hint: "It is shown when the key is created.",
        isSecret: true,
      },
    ],
    secrets: ["Secret of the webhook"],
  },
  zendesk: {
    title: "Zendesk",
    fields: [
      {
        name: "baseUrl",
        label: "Address of Zendesk",
        hint: "As https://shop.zendesk.com.",
      },
      {
        name: "email",
        label: "E-mail address of an admin",
        hint: "The API token is used with it.",
      },
      {
        name: "apiToken",
        label: "API token",
        hint: "In Admin Center: Apps and integrations, APIs, API tokens. Create one for this.",
        isSecret: true,
      },
      {
        name: "field.id",
        label: "Number of the ticket field",
        hint: "In Admin Center, add one (Objects and rules, Tickets, Fields) of type Drop-down with two values.",
      },
      {
        name: "field.online",
        label: "Tag of its value for a visitor who is there",
        hint: "As visitor_online.",
      },
      {
        name: "field.offline",
        label: "Tag of its value for a visitor who has gone",
        hint: "As visitor_offline.",
      },
    ],
    secrets: [
      "Signing secret of the webhook for events",
      "Signing secret of the webhook for triggers",
    ],
  },
};

/** Zendesk is told by two tags in place of a field where that was set by the route. */
const TAGS: readonly DeskField[] = [
  { name: "tags.online", label: "Tag while the visitor is there", hint: "As visitor_online." },
  { name: "tags.offline", label: "Tag once the visitor has gone", hint: "As visitor_offline." },
];

const OWN_SECRETS = ["Secret of the webhook"] as const;

export function secretsOf(kind: string): readonly string[] {
  return DESK_KIND_WORDS[kind]?.secrets ?? OWN_SECRETS;
}

/** The fields of a desk; `outbound` is what is entered. */
export function fieldsOf(
  kind: string,
  outbound: object | null,
  schema?: KindSchema,
): readonly DeskField[] {
  const fields = DESK_KIND_WORDS[kind]?.fields ?? (schema ? fieldsBySchema(schema) : []);
  if (outbound === null || !("tags" in outbound)) return fields;
  return [...fields.filter(({ name }) => !name.startsWith("field.")), ...TAGS];
}

export function kindTitle(kind: string): string {
  return DESK_KIND_WORDS[kind]?.title ?? kind;
}

/** The texts of the fields, by name. */
export function textsIn(fields: readonly DeskField[], outbound: object | null) {
  const texts = fields.map(({ name }) => {
    const value = name
      .split(".")
      .reduce<unknown>((part, key) => (part as Record<string, unknown> | null)?.[key], outbound);
    return [name, textOf(value)] as const;
  });
  return Object.fromEntries(texts);
}

function textOf(value: unknown): string {
  return ["string", "number", "boolean"].includes(typeof value) ? String(value) : "";
}

/** `outbound` with what was entered, without what is empty. */
export function withTexts(
  outbound: Readonly<Record<string, unknown>> | null,
  texts: Readonly<Record<string, string>>,
  fields: readonly DeskField[] = [],
): Record<string, unknown> {
  const result: Record<string, unknown> = { ...outbound };
  for (const [name, entered] of Object.entries(texts)) {
    const text = entered.trim();
    const [part = "", key] = name.split(".");
    if (text === "") continue;
    const value = typedValue(fields.find((field) => field.name === name)?.schema ?? {}, text);
    result[part] = key === undefined ? value : { ...(result[part] as object), [key]: value };
  }
  return result;
}
