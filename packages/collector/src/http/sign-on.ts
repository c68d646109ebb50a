/**
 * The person that a trusted proxy names in a header.
 * @module
 */
import type { Context } from "hono";
import { DEFAULT_ACCOUNT } from "../engine/accounts.ts";
import type { PeopleContext, Principal } from "./context.ts";
import { Problem } from "./problem.ts";

type SignedOn = Principal & { readonly actor: { readonly person: string; readonly name: string } };

/**
 * `null`: no proxy names anybody.
 * @throws {Problem} `person_unknown`
 */
export async function findSignedOn(
  { accounts, people, signOn }: PeopleContext,
  c: Context,
): Promise<SignedOn | null> {
  const user = signOn?.userOf(c) ?? null;
  if (!signOn || user === null) return null;
  const found = await people.byEmail(user);
  const account = accounts.byName(found?.account ?? DEFAULT_ACCOUNT);
  const role = found?.person.role ?? signOn.role;
  if (!account || role === null) {
    throw new Problem("person_unknown", "Ask an admin for an invitation to this collector.");
  }
  const roleNow = async () => (await people.byEmail(user))?.person.role ?? signOn.role;
  return {
    account,
    role,
    actor: { person: found?.person.id ?? user, name: user },
    isValid: async () => (await roleNow()) === role,
  };
}
