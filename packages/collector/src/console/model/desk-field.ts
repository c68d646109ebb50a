/**
 * A field of what leads to a desk, as its form shows it.
 * @module
 */
import type { JsonSchema } from "./json-schema.ts";

export interface DeskField {
  /** As in `outbound`; `field.id` is `id` in its part `field`. */
  name: string;
  label: string;
  hint: string;
  /** Never shown again once it is entered. */
  isSecret?: boolean;
  /** Of a kind of one's own: what may be entered; missing: a text, which the collector checks. */
  schema?: JsonSchema;
  /** May be left empty. */
  isOptional?: boolean;
}
