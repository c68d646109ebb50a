import { useSignal } from "@preact/signals";
import { ROLES, type Role } from "../../core/lists.ts";
import { ROLE_WORDS } from "../model/webhook.ts";
import type { People } from "../state/people.ts";
import { Field } from "../ui/field.tsx";

/** Makes an invitation. */
export function InviteForm({ people }: { people: People }) {
  const role = useSignal<Role>("viewer");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        people.invite(role.value);
      }}
    >
      <fieldset class="card">
        <legend>Invite a person</legend>
        <Field id="invite-role" label="Role" hint={`This role ${ROLE_WORDS[role.value].may}.`}>
          {(control) => (
            <select
              {...control}
              value={role.value}
              onChange={({ currentTarget }) => {
                role.value = currentTarget.value as Role;
              }}
            >
              {ROLES.map((each) => (
                <option key={each} value={each}>
                  {ROLE_WORDS[each].title}
                </option>
              ))}
            </select>
          )}
        </Field>
        <div class="buttons">
          <button id="invite" type="submit" class="primary" disabled={people.isBusy.value}>
            Make an invitation
          </button>
        </div>
      </fieldset>
    </form>
  );
}
