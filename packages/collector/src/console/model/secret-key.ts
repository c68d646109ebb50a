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
