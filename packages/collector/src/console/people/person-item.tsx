import type { Person } from "../model/person.ts";
import { ROLE_WORDS } from "../model/role-words.ts";
import { timeWords } from "../model/time-words.ts";
import type { People } from "../state/people.ts";
import { ConfirmButton } from "../ui/confirm-button.tsx";
import { RoleButton } from "./role-button.tsx";

interface Props {
  person: Person;
  people: People;
  /** Whether it is the person at this browser. */
  isSelf: boolean;
}

/** One person, with the role. */
export function PersonItem({ person, people, isSelf }: Props) {
  const { id, email, role, createdAt } = person;
  return (
    <li class="card" data-person={id}>
      <h3>
        <bdi>{email}</bdi>
        {isSelf && <span class="badge">you</span>}
      </h3>
      <p class="quiet">
        Since {timeWords(createdAt)}. {ROLE_WORDS[role].title}: {ROLE_WORDS[role].may}.
      </p>
      <div class="buttons">
        <RoleButton person={person} people={people} isSelf={isSelf} />
        <ConfirmButton
          id={`remove-${id}`}
          label="Remove"
          question={`Remove ${email}?`}
          follows={
            isSelf
              ? "That is you: you are signed out, and need an invitation to come back."
              : "The person is signed out everywhere, and needs an invitation to come back."
          }
          isDisabled={people.isBusy.value}
          onConfirm={() => people.remove(person)}
        />
      </div>
    </li>
  );
}
