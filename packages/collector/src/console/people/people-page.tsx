import { useEffect } from "preact/hooks";
import type { SignedIn } from "../model/person.ts";
import type { People } from "../state/people.ts";
import { Page } from "../ui/page.tsx";
import { SecretDialog } from "../ui/secret-dialog.tsx";
import { InviteForm } from "./invite-form.tsx";
import { PersonItem } from "./person-item.tsx";

interface Props {
  people: People;
  /** The person at this browser; `null` with a secret key. */
  self: SignedIn | null;
}

/** Who uses the console, and with which role. */
export function PeoplePage({ people, self }: Props) {
  useEffect(() => {
    people.read();
  }, [people]);
  const list = people.list.value;
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
        {(list ?? []).map((person) => (
          <PersonItem
            key={person.id}
            person={person}
            people={people}
            isSelf={person.id === self?.id}
          />
        ))}
      </ul>
      <p class="quiet" hidden={list === null || list.length > 0}>
        There is no one yet: the console is opened with a secret key.
      </p>
      <InviteForm people={people} />
      <SecretDialog
        id="invitation"
        title="Send this link to the person"
        note="It is good once, for seven days, and is never shown again."
        secret={people.invitation.value}
        onClose={() => {
          people.invitation.value = null;
        }}
      />
    </Page>
  );
}
