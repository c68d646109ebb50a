/**
 * Whether a request and its answer are as Zendesk describes them: https://developer.zendesk.com/api-reference/ticketing/.
 * `shapes.json` is the structure of that description, made by `scripts/zendesk-shapes.ts`; it has no fields of a ticket.
 * @module
 */
import { readFileSync } from "node:fs";
import { z } from "zod";

interface Schema {
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** By request, the answers by their status. */
type Shapes = Readonly<Record<string, Readonly<Record<string, Schema>>>>;

const SHAPES = JSON.parse(readFileSync(new URL("shapes.json", import.meta.url), "utf8")) as Shapes;

/** What differs from the description, one text for each difference. Answers that refuse are not described. */
export function differencesOf(
  method: string,
  path: string,
  status: number,
  body: unknown,
): readonly string[] {
  const request = `${method} ${describedPath(path)}`;
  const answers = SHAPES[request];
  if (!answers) return [`${request} is not described`];
  if (status >= 400) return [];
  const schema = answers[status];
  if (!schema) return [`${request} has no answer ${status}`];
  const { error } = z.fromJSONSchema(schema as never).safeParse(body);
  const wrong = error?.issues.map((each) => `${each.path.join(".")}: ${each.message}`) ?? [];
  const known = Object.keys(schema.properties ?? {});
  const unknown = Object.keys(body as object).filter((name) => !known.includes(name));
  return [...wrong, ...unknown.map((name) => `${request}: ${name} is not described`)];
}

function describedPath(path: string): string {
  return path
    .replace(/\.json$/, "")
    .replace(/\/tickets\/\d+/, "/tickets/{ticket_id}")
    .replace(/\/ticket_fields\/\d+/, "/ticket_fields/{ticket_field_id}");
}
