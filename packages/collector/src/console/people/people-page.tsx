import type { SignedIn } from "../model/person.ts";
import type { People } from "../state/people.ts";
import { Page } from "../ui/page.tsx";
import { SecretDialog } from "../ui/secret-dialog.tsx";
import { usePageOpened } from "../ui/use-page-opened.ts";
import { InviteForm } from "./invite-form.tsx";
import { OpenInvitations } from "./open-invitations.tsx";
import { PersonItem } from "./person-item.tsx";

interface Props {
  people: People;
  /** The person at this browser. */
  self: SignedIn;
}

/** Who uses the console, and with which role. */
export function PeoplePage({ people, self }: Props) {
  usePageOpened(people.read);
  return (
    <Page
      id="page-people"
      title="People"
      lead="Who signs in here, and what each may do. A change of role counts within a second."
    >
      <p id="people-status" role="status">
        {people.status}
      </p>
      <ul id="people" class="plain">
        {(people.list.value ?? []).map((person) => (
          <PersonItem
            key={person.id}
            person={person}
            people={people}
            isSelf={person.id === self.id}
          />
        ))}
      </ul>
      <OpenInvitations people={people} />
      <InviteForm people={people} />
      <SecretDialog
        id="invitation"
        title="Send this link to the person"
        done="I have sent it"
        note="It is good once, for seven days, and is never shown again."
        secret={people.invitation.value}
        onClose={() => {
          people.invitation.value = null;
        }}
      />
    </Page>
  );
}
