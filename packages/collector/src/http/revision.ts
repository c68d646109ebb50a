/**
 * Revisions of what several people change: an `ETag` with each answer, and `If-Match` with a change, which is
 * refused if there is another revision by then. Otherwise the later of two would win unnoticed.
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { hashOf } from "../engine/keys.ts";
import { canonicalJson } from "../engine/same-json.ts";
import { Problem } from "./problem.ts";

const LENGTH = 22;

/** The parameter of a route that changes something with a revision. */
export const ifMatch = z.object({
  "if-match": z
    .string()
    .max(1_024)
    .optional()
    .describe("The `ETag` of what the change is made to; missing: whatever there is."),
});

/** By its content, so that a change that is taken back gives the same revision. */
async function revisionOf(value: unknown): Promise<string> {
  return (await hashOf(canonicalJson(value))).slice(0, LENGTH);
}

export async function stateRevision(c: Context, value: unknown): Promise<void> {
  c.header("ETag", `"${await revisionOf(value)}"`);
}

/**
 * Requires that `value` is what the change is made to.
 * @param given the header `If-Match`
 * @param read the route that shows it
 * @throws {Problem} `changed_meanwhile`
 */
export async function requireRevision(
  given: string | undefined,
  value: unknown,
  read: string,
): Promise<void> {
  if (given === undefined || given.trim() === "*") return;
  // A proxy that compresses answers makes their tags weak: `W/"…"`.
  const known = given.split(",").map((tag) => /^(?:W\/)?"(.*)"$/.exec(tag.trim())?.[1]);
  if (known.includes(await revisionOf(value))) return;
  throw new Problem(
    "changed_meanwhile",
    `Read ${read} again, and decide what of your change still applies: someone else was faster.`,
  );
}
