/**
 * Bodies of Chatwoot's webhooks, with the fields that its documentation and source name.
 * @module
 */

export type Fields = Readonly<Record<string, unknown>>;

/** A conversation as every message carries it. */
export function conversation({ meta, ...fields }: Fields = {}): Fields {
  return {
    id: 12,
    inbox_id: 3,
    channel: "Channel::WebWidget",
    status: "open",
    priority: null,
    labels: [],
    custom_attributes: {},
    meta: {
      sender: { id: 5, name: "Vera", type: "contact" },
      assignee: null,
      team: null,
      ...(meta as object),
    },
    timestamp: 1_763_639_000,
    created_at: 1_763_600_000,
    updated_at: 1_763_639_000.5,
    ...fields,
  };
}

export function conversationBody(event: string, fields: Fields = {}): Fields {
  return { event, ...conversation(fields), account: { id: 1, name: "Shop" } };
}

export function messageBody({ conversation: inner, ...fields }: Fields = {}): Fields {
  return {
    event: "message_created",
    id: 1,
    content: "Hello",
    content_type: "text",
    message_type: "incoming",
    private: false,
    created_at: "2026-11-20T11:59:59.000Z",
    sender: { id: 5, name: "Vera", type: "contact" },
    conversation: conversation(inner as Fields | undefined),
    account: { id: 1, name: "Shop" },
    inbox: { id: 3, name: "Website" },
    ...fields,
  };
}

export function typingBody(fields: Fields = {}): Fields {
  return {
    event: "conversation_typing_on",
    conversation: conversation(),
    user: { id: 5, type: "contact" },
    is_private: false,
    ...fields,
  };
}

/** The paths of all values of a body, also of those that contain others. */
export function pathsOf(body: unknown, path: readonly string[] = []): (readonly string[])[] {
  const here = path.length > 0 ? [path] : [];
  if (typeof body !== "object" || body === null) return here;
  const below = Object.entries(body).flatMap(([name, value]) => pathsOf(value, [...path, name]));
  return [...here, ...below];
}

/** The body with another value at a path; `undefined` removes what is there. */
export function withValue(
  body: unknown,
  [name, ...rest]: readonly string[],
  value: unknown,
): unknown {
  if (name === undefined) return value;
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  const changed = withValue((body as Fields)[name], rest, value);
  const { [name]: _, ...others } = body as Fields;
  return changed === undefined ? others : { ...others, [name]: changed };
}
