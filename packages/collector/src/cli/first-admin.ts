/**
 * The invitation by which the first person of an account becomes its admin.
 * @module
 */
import { type Invitations, MAX_INVITATION_MS } from "../engine/invitations.ts";

const BY = { cli: "serve" } as const;

/**
 * Makes an invitation for an admin, also where the account has as many as it may have: the oldest one of earlier
 * starts is withdrawn then, or the oldest of all where no start has made one.
 * @returns its token
 */
export async function inviteFirstAdmin(invitations: Invitations, account: string): Promise<string> {
  for (;;) {
    const invitation = await invitations.create(account, "admin", MAX_INVITATION_MS, BY);
    if (invitation !== "full") return invitation.token;
    const open = await invitations.list(account);
    const own = open.find(({ by }) => "cli" in by && by.cli === BY.cli);
    const replaced = own ?? open[0];
    if (replaced) await invitations.withdraw(account, replaced.id, BY);
  }
}
