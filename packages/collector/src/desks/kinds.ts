/**
 * The kinds of desks that a collector has: those that are built in, and those that its operator has registered.
 * @module
 */
import { chatwoot } from "./chatwoot/chatwoot.ts";
import type { DeskKind } from "./desk.ts";
import { at } from "./read.ts";
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
    const problem = problemOf(kind);
    if (problem !== null) throw new Error(`Correct the desk "${kind.name}": ${problem}.`);
    if (all.some(({ name }) => name === kind.name)) {
      throw new Error(`Rename the desk "${kind.name}": there is one of this name.`);
    }
    all.push(kind);
  }
  return all;
}

const FUNCTIONS = [
  ["source", "verify"],
  ["source", "decode"],
  ["sink", "tellable"],
  ["sink", "call"],
  ["sink", "test"],
] as const;

/** What a file in JavaScript may lack, and would be noticed only in use. */
function problemOf({ source, sink, outbound, credentials }: DeskKind): string | null {
  const parts: Readonly<Record<string, unknown>> = { ...{ source, sink } };
  for (const [part, name] of FUNCTIONS) {
    if (typeof at(parts, part, name) !== "function") return `it has no function ${part}.${name}`;
  }
  const shape = at(outbound, "shape");
  for (const name of credentials ?? []) {
    // Another name would show the credential in clear.
    if (shape !== undefined && at(shape, name) === undefined) {
      return `credentials names "${name}", which is no field of outbound`;
    }
  }
  return credentials ? null : "it names no credentials";
}
