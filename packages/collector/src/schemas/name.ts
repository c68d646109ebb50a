import { z } from "@hono/zod-openapi";

/** Half of a character, which JSON can contain and no store can: different ones would become the same. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Text without lone surrogates. */
export function wellFormed(text: z.ZodString) {
  return text.refine((value) => !LONE_SURROGATE.test(value), "must be well-formed Unicode");
}

/** A name that the desk chooses: of a group, tag or channel. */
export const name = wellFormed(z.string().min(1).max(256));

/** An id that the desk chooses, of a user or agent. As a path `.` and `..` would name another resource. */
export const id = name.refine((value) => value !== "." && value !== "..", "must not be . or ..");
