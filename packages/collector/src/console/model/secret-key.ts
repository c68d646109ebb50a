import type { Role } from "../../core/lists.ts";
import { ROLE_WORDS } from "./role-words.ts";
import { timeWords } from "./time-words.ts";

/** A secret key, without the key itself. */
export interface SecretKey {
  id: string;
  role: Role;
  name: string | null;
  /** How the key begins. */
  hint: string;
  createdAt: string | null;
  expiresAt: string | null;
}

/** Whether a text is a secret key, by its form. */
export function isSecretKey(text: string): boolean {
  return /^sk_[\w-]{8,}$/.test(text);
}

/**
 * What a key is called. The account's first key has no name, and no other key is older than it.
 * @param keys all of the account, newest first
 */
export function keyTitle(key: SecretKey, keys: readonly SecretKey[]): string {
  if (key.name !== null) return key.name;
  return isFirst(key, keys) ? "The account’s first key" : "Key without a name";
}

function isFirst(key: SecretKey, keys: readonly SecretKey[]): boolean {
  return key.name === null && key.role === "admin" && keys.at(-1)?.id === key.id;
}

const STOPS: Record<Role, string> = {
  viewer: "Programs that read conversations, reports or the stream with it are refused",
  operator:
    "Programs that read or report conversations, or change triggers or settings with it are refused",
  admin:
    "Everything that your servers do with it is refused: making tokens for pages, without which visitors may no longer be seen, reporting conversations and reading them",
};

/** What stops working when a key is revoked. */
export function revokeWords(key: SecretKey, keys: readonly SecretKey[]): string {
  return [
    `${STOPS[key.role]} from now on, and its streams end.`,
    isFirst(key, keys) &&
      "What was set up first probably uses this key: give it another one before.",
    "People who sign in here are not affected. A revoked key cannot be restored.",
  ]
    .filter(Boolean)
    .join(" ");
}

/** What a key is, and until when it is valid. */
export function keyWords({ role, createdAt, expiresAt }: SecretKey): string {
  return [
    ROLE_WORDS[role].title,
    createdAt && `since ${timeWords(createdAt)}`,
    expiresAt ? `ends ${timeWords(expiresAt)}` : "valid until it is revoked",
  ]
    .filter(Boolean)
    .join(", ");
}
