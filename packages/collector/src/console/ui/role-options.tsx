import { ROLES } from "../../core/lists.ts";
import { ROLE_WORDS } from "../model/role-words.ts";

/** The options of a choice of a role. */
export function RoleOptions() {
  return ROLES.map((role) => (
    <option key={role} value={role}>
      {ROLE_WORDS[role].title}
    </option>
  ));
}
