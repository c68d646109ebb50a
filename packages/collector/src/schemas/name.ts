import { z } from "@hono/zod-openapi";
import { isStorable } from "../core/text.ts";

/** Text that a store keeps as it is. */
export function storable(text: z.ZodString) {
  return text.refine(isStorable, "must be well-formed Unicode without U+0000");
}

/** A name that the desk chooses: of a group, tag or channel. */
export const name = storable(z.string().min(1).max(256));

/** An id that the desk chooses, of a user or agent. As a path `.` and `..` would name another resource. */
export const id = name.refine((value) => value !== "." && value !== "..", "must not be . or ..");
