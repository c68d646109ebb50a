import type { Role } from "../../core/lists.ts";
import { isOwnKey } from "../../core/own-key.ts";
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

/** What a key is called. The account's own keys have no name: the first one, and those of rotations. */
export function keyTitle(key: SecretKey): string {
  if (isOwnKey(key)) return "The account’s own key";
  return key.name ?? "Key without a name";
}

const STOPS: Record<Role, string> = {
  viewer: "Programs that read conversations, reports or the stream with it are refused",
  operator:
    "Programs that read or report conversations, or change triggers or settings with it are refused",
  admin:
    "Everything that your servers do with it is refused: making tokens for pages, without which visitors may no longer be seen, reporting conversations and reading them",
};

/** What stops working when a key is revoked. */
export function revokeWords(key: SecretKey): string {
  return [
    `${STOPS[key.role]} from now on, and its streams end.`,
    isOwnKey(key) &&
      "What was set up with the account probably uses this key: give it another one before.",
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
