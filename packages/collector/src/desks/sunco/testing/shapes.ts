/**
 * Whether a message is as the vendor describes it: https://developer.zendesk.com/api-reference/conversations/.
 * `shapes.json` is the structure of that description, made by `scripts/desk-shapes.ts`.
 * @module
 */
import { readFileSync } from "node:fs";
import { z } from "zod";

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

const { definitions } = JSON.parse(
  readFileSync(new URL("shapes.json", import.meta.url), "utf8"),
) as { definitions: Readonly<Record<string, Schema>> };

/** By the type of an event. */
const EVENTS: Readonly<Record<string, string>> = {
  "conversation:create": "conversationCreateEvent",
  "conversation:message": "conversationMessageEvent",
  "conversation:postback": "conversationPostbackEvent",
  "conversation:typing": "conversationTypingEvent",
  "conversation:read": "conversationReadEvent",
  "conversation:remove": "conversationRemoveEvent",
  "switchboard:passControl": "switchboardPassControl",
  "switchboard:releaseControl": "switchboardReleaseControl",
  "user:merge": "userMergeEvent",
  "user:remove": "userRemoveEvent",
};

/** What differs from the description, one text for each difference. */
export function differencesOfEvent(event: { readonly type?: unknown }): readonly string[] {
  const name = EVENTS[String(event.type)];
  return name === undefined ? [`no event of type ${event.type}`] : differencesOf(name, event);
}

/** @param name of a definition in `shapes.json` */
export function differencesOf(name: string, value: unknown): readonly string[] {
  const root = { $ref: `#/definitions/${name}` };
  const schema = z.fromJSONSchema({ definitions, ...root } as never, {
    defaultTarget: "openapi-3.0",
  });
  const issues = schema.safeParse(value).error?.issues ?? [];
  return [
    ...issues.map(({ path, message }) => `${path.join(".")}: ${message}`),
    ...unknownFields([root], value, ""),
  ];
}

/** A field that is not described is no error of the message, but may be a misspelt one. */
function unknownFields(
  schemas: readonly Schema[],
  value: unknown,
  path: string,
): readonly string[] {
  const parts = schemas.flatMap(partsOf);
  if (Array.isArray(value)) {
    const items = parts.flatMap(({ items: of }) => of ?? []);
    return value.flatMap((item, index) => unknownFields(items, item, `${path}.${index}`));
  }
  const described = parts.flatMap(({ properties }) => (properties ? [properties] : []));
  // Metadata and the like: any field may be there.
  if (typeof value !== "object" || value === null || described.length === 0) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const of = described.flatMap((properties) => properties[name] ?? []);
    const at = `${path}.${name}`;
    return of.length === 0 ? [`${at}: is not described`] : unknownFields(of, inner, at);
  });
}

function partsOf(schema: Schema): readonly Schema[] {
  const { $ref, allOf = [], anyOf = [], oneOf = [] } = schema;
  const target = $ref === undefined ? undefined : definitions[$ref.replace("#/definitions/", "")];
  const inner = [...(target ? [target] : []), ...allOf, ...anyOf, ...oneOf];
  return [schema, ...inner.flatMap(partsOf)];
}
