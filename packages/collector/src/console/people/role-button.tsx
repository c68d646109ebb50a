import { useSignal } from "@preact/signals";
import type { Role } from "../../core/lists.ts";
import type { Person } from "../model/person.ts";
import { ROLE_WORDS } from "../model/role-words.ts";
import type { People } from "../state/people.ts";
import { Dialog } from "../ui/dialog.tsx";
import { RoleField } from "../ui/role-field.tsx";

interface Props {
  person: Person;
  people: People;
  /** Whether it is the person at this browser. */
  isSelf: boolean;
}

/**
 * Changes a person's role, in a dialog that says what the role may do. The button is never disabled: it
 * would lose the focus, which comes back to it from the dialog.
 */
export function RoleButton({ person, people, isSelf }: Props) {
  const { id, email } = person;
  const isOpen = useSignal(false);
  const wanted = useSignal<Role>(person.role);
  const close = () => {
    isOpen.value = false;
  };
  return (
    <>
      <button
        id={`role-${id}`}
        type="button"
        aria-haspopup="dialog"
        aria-label={`Change the role of ${email}`}
        onClick={() => {
          wanted.value = person.role;
          isOpen.value = true;
        }}
      >
        Change the role
      </button>
      <Dialog
        id={`role-${id}-dialog`}
        title={`Change the role of ${email}`}
        isOpen={isOpen.value}
        onClose={close}
      >
        <RoleField id={`role-${id}-choice`} role={wanted} />
        {isSelf && <p>That is you: with another role you may not be able to change it back.</p>}
        <div class="buttons">
          <button
            id={`role-${id}-confirm`}
            type="button"
            class="primary"
            disabled={people.isBusy.value || wanted.value === person.role}
            onClick={() => {
              close();
              people.setRole(person, wanted.value);
            }}
          >
            {wanted.value === person.role
              ? `The role is ${ROLE_WORDS[person.role].title}`
              : `Change to ${ROLE_WORDS[wanted.value].title}`}
          </button>
          <button type="button" onClick={close}>
            Go back
          </button>
        </div>
      </Dialog>
    </>
  );
}
