/**
 * JSON Schema as far as the collector describes by it what is entered for a desk. What is typed is checked by it
 * before it is sent; the collector checks all of it again.
 * @module
 */

export interface JsonSchema {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: readonly unknown[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  allOf?: readonly JsonSchema[];
  properties?: Readonly<Record<string, JsonSchema>>;
  required?: readonly string[];
  /** Of the names of an object that has any. */
  propertyNames?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
}

const NUMBERS = ["number", "integer"];

/** The value that was meant by what was typed. */
export function typedValue({ type }: JsonSchema, text: string): unknown {
  if (type === "boolean") return text === "true";
  return type !== undefined && NUMBERS.includes(type) ? Number(text) : text;
}

/** What is wrong with what was typed; `undefined`: nothing that the schema knows. */
export function problemWith(schema: JsonSchema, text: string): string | undefined {
  const { type, minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern } = schema;
  if (type !== undefined && NUMBERS.includes(type)) return problemWithNumber(schema, text);
  if (text.length < minLength) return `must have ${charactersOf(minLength)} at least`;
  if (text.length > maxLength) return `must have ${charactersOf(maxLength)} at most`;
  if (schema.enum && !schema.enum.includes(text)) return `must be one of ${schema.enum.join(", ")}`;
  if (pattern !== undefined && !matches(pattern, text)) return `must match ${pattern}`;
  for (const part of schema.allOf ?? []) {
    const problem = problemWith(part, text);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemWithNumber(schema: JsonSchema, text: string): string | undefined {
  const { type, minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) return "must be a number";
  if (type === "integer" && !Number.isInteger(value)) return "must be a whole number";
  if (value < minimum) return `must be ${minimum} at least`;
  return value > maximum ? `must be ${maximum} at most` : undefined;
}

const charactersOf = (count: number) => (count === 1 ? "1 character" : `${count} characters`);

/** A pattern that this browser does not understand is left to the collector. */
function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    return true;
  }
}
