/**
 * The kinds of desks that a collector has: those that are built in, and those that its operator has registered.
 * @module
 */
import { chatwoot } from "./chatwoot/chatwoot.ts";
import type { DeskKind } from "./desk.ts";
import { sunco } from "./sunco/sunco.ts";
import { zendesk } from "./zendesk/zendesk.ts";

export const DESK_KINDS: readonly DeskKind[] = [chatwoot, sunco, zendesk];

const NAME = /^[a-z][a-z\d_-]{0,31}$/;

/** @throws {Error} if one has no valid name, or the name of another one. */
export function registerDesks(own: readonly DeskKind[]): readonly DeskKind[] {
  const all = [...DESK_KINDS];
  for (const kind of own) {
    if (!NAME.test(kind.name)) {
      throw new Error(
        `The desk's name "${kind.name}" must be a lower-case letter and then letters, digits, - or _.`,
      );
    }
    if (all.some(({ name }) => name === kind.name)) {
      throw new Error(`Rename the desk "${kind.name}": there is one of this name.`);
    }
    all.push(kind);
  }
  return all;
}
