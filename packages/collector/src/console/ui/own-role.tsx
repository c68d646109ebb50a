import { type ComponentChildren, createContext } from "preact";
import { useContext } from "preact/hooks";
import { ROLES, type Role } from "../../core/lists.ts";

/** The role of the person at this browser. */
export const OwnRole = createContext<Role>("admin");

/** Whether the own role includes what `role` may do. */
export function useMay(role: Role): boolean {
  return ROLES.indexOf(useContext(OwnRole)) >= ROLES.indexOf(role);
}

/** Controls that change something, switched off for people whose role does not include the one it needs. */
export function Changes({ needs, children }: { needs: Role; children: ComponentChildren }) {
  return (
    <fieldset class="bare" disabled={!useMay(needs)}>
      {children}
    </fieldset>
  );
}
