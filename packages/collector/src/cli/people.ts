/**
 * `stillhere people`: lists the people of an account, and prints invitations.
 * @module
 */
import type { Role } from "../core/lists.ts";
import { createSystemClock } from "../engine/clock.ts";
import { MAX_INVITATION_MS } from "../engine/invitations.ts";
import { People } from "../engine/people.ts";
import { invitationUrl, TOO_MANY_INVITATIONS } from "../http/people.ts";
import { createScryptPasswords } from "../platform/node-passwords.ts";
import { UsageError } from "./failure.ts";
import { requireAccount, withAccounts } from "./keys.ts";

export interface PeopleOptions {
  readonly store: string;
  readonly account: string;
  readonly invite: boolean;
  readonly role?: Role;
  /** The collector's address, without a slash at the end. */
  readonly url: string;
}

export async function people({ account, invite, role, url, ...options }: PeopleOptions) {
  if (invite && role === undefined) {
    throw new UsageError("Name a role for the invitation: --role viewer, operator or admin.");
  }
  await withAccounts(options.store, async (accounts, { admin }) => {
    const { name } = requireAccount(accounts, account);
    const clock = createSystemClock();
    const all = new People({ admin, clock, passwords: createScryptPasswords() });
    if (role === undefined || !invite) {
      const found = await all.list(name);
      for (const person of found) console.log(`${person.email}  ${person.role}`);
      if (found.length === 0) {
        console.log(`${name} has no people yet: stillhere people --invite --role admin`);
      }
      return;
    }
    const by = { cli: "people" };
    const invitation = await all.invitations.create(name, role, MAX_INVITATION_MS, by);
    if (invitation === "full") throw new UsageError(TOO_MANY_INVITATIONS);
    const { token, expiresAt } = invitation;
    console.log(`Good once, until ${new Date(expiresAt).toISOString()}:`);
    console.log(`  ${invitationUrl(url, token)}`);
  });
}
