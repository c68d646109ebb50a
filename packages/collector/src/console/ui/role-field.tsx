import type { Signal } from "@preact/signals";
import type { Role } from "../../core/lists.ts";
import { ROLE_WORDS } from "../model/role-words.ts";
import { Field } from "./field.tsx";
import { RoleOptions } from "./role-options.tsx";

/** A choice of a role, which says what it may do. */
export function RoleField({ id, role }: { id: string; role: Signal<Role> }) {
  return (
    <Field id={id} label="Role" hint={`This role ${ROLE_WORDS[role.value].may}.`}>
      {(control) => (
        <select
          {...control}
          value={role.value}
          onChange={({ currentTarget }) => {
            role.value = currentTarget.value as Role;
          }}
        >
          <RoleOptions />
        </select>
      )}
    </Field>
  );
}
