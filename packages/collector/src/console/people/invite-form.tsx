import { useSignal } from "@preact/signals";
import type { Role } from "../../core/lists.ts";
import type { People } from "../state/people.ts";
import { RoleField } from "../ui/role-field.tsx";

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
        <RoleField id="invite-role" role={role} />
        <div class="buttons">
          <button id="invite" type="submit" class="primary" disabled={people.isBusy.value}>
            Make an invitation
          </button>
        </div>
      </fieldset>
    </form>
  );
}
