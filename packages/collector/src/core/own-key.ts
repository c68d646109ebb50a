import type { Role } from "./lists.ts";

/** Whether a secret key is one of the account's own, which a rotation replaces: an admin's without a name. */
export function isOwnKey({ role, name }: { role: Role; name: string | null | undefined }): boolean {
  return role === "admin" && (name ?? null) === null;
}
