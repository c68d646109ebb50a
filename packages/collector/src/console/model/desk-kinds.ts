/**
 * What is entered for each kind of desk.
 * @module
 */

export interface DeskField {
  /** As in `outbound`. */
  name: string;
  label: string;
  hint: string;
  /** Never shown again once it is entered. */
  isSecret?: boolean;
}

export interface DeskKindWords {
  title: string;
  fields: readonly DeskField[];
}

/** A kind that is not here is set up by its route. */
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
  },
};

export function kindTitle(kind: string): string {
  return DESK_KIND_WORDS[kind]?.title ?? kind;
}
