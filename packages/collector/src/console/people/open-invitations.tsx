import type { OpenInvitation } from "../model/open-invitation.ts";
import { ROLE_WORDS } from "../model/role-words.ts";
import { timeWords } from "../model/time-words.ts";

/** The invitations that can still be accepted. */
export function OpenInvitations({ invitations }: { invitations: readonly OpenInvitation[] }) {
  if (invitations.length === 0) return null;
  return (
    <section class="card">
      <h3>Open invitations</h3>
      <ul id="open-invitations">
        {invitations.map(({ id, role, by, expiresAt }) => (
          <li key={id}>
            {ROLE_WORDS[role].title}, invited by <bdi>{by}</bdi>, until {timeWords(expiresAt)}
          </li>
        ))}
      </ul>
      <p class="quiet">
        Where several had the same role, the earliest counts as the one that was accepted.
      </p>
    </section>
  );
}
