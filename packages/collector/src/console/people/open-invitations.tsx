import { byWords } from "../model/audit.ts";
import { ROLE_WORDS } from "../model/role-words.ts";
import { timeWords } from "../model/time-words.ts";
import type { People } from "../state/people.ts";
import { ConfirmButton } from "../ui/confirm-button.tsx";

/** The invitations that can still be accepted, each with a button that withdraws it. */
export function OpenInvitations({ people }: { people: People }) {
  const invitations = people.openInvitations.value;
  if (invitations.length === 0) return null;
  return (
    <section class="card">
      <h3>Open invitations</h3>
      <ul id="open-invitations" class="plain">
        {invitations.map((invitation) => {
          const { id, role, by, expiresAt } = invitation;
          const title = `${ROLE_WORDS[role].title}, invited by ${byWords(by)}, until ${timeWords(expiresAt)}`;
          return (
            <li key={id} class="row">
              <bdi>{title}</bdi>
              <ConfirmButton
                id={`withdraw-${id}`}
                label="Withdraw"
                about={title}
                question="Withdraw this invitation?"
                follows={`${title}. Nobody can join by its link any more.`}
                isDisabled={people.isBusy.value}
                onConfirm={() => people.withdraw(invitation)}
              />
            </li>
          );
        })}
      </ul>
    </section>
  );
}
