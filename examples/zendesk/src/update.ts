/**
 * An update of a ticket by the API: what is wrong with it, and what it changes. It refuses more than Zendesk does,
 * which ignores fields that it does not know.
 * @module
 */
import { FIELD, fieldOf, GROUPS, stampOf, type Ticket, touch } from "./tickets.ts";

type Fields = Readonly<Record<string, unknown>>;

const STATUSES = ["open", "pending", "hold", "solved"];
const PRIORITIES = ["low", "normal", "high", "urgent", null];
const TAG = /^[^\s,"']{1,255}$/;

/** What is wrong with each field; a field that is not here is not known. */
const CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  status: (value) => STATUSES.includes(value as string),
  priority: (value) => PRIORITIES.includes(value as string | null),
  group_id: (value) => value === null || GROUPS.includes(value as number),
  assignee_id: (value) => value === null || Number.isSafeInteger(value),
  tags: isTags,
  custom_fields: (value) => Array.isArray(value) && value.every(isField),
  comment: (value) => typeof (value as Fields | null)?.["body"] === "string",
  safe_update: (value) => value === true,
  updated_stamp: (value) => typeof value === "string" && !Number.isNaN(Date.parse(value)),
};

export function isTags(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((tag) => typeof tag === "string" && TAG.test(tag));
}

function isField(value: unknown): boolean {
  const { id, value: option } = (value ?? {}) as Fields;
  return id === FIELD.id && (option === null || FIELD.options.includes(option as never));
}

/** The name of a field that is wrong; `null`: none is. */
export function wrongField(fields: Fields): string | null {
  const names = Object.keys(fields);
  return names.find((name) => !CHECKS[name]?.(fields[name])) ?? null;
}

/** Whether someone else has changed the ticket since it was read, and the update minds. */
export function isOutdated(ticket: Ticket, { safe_update, updated_stamp }: Fields): boolean {
  return safe_update === true && Date.parse(String(updated_stamp)) !== Date.parse(stampOf(ticket));
}

/** Makes the update, and returns the names of its events. */
export function update(ticket: Ticket, fields: Fields): readonly string[] {
  const before = { ...ticket };
  const [field] = (fields["custom_fields"] ?? []) as readonly { readonly value: string | null }[];
  Object.assign(ticket, {
    ...("status" in fields && { status: fields["status"] }),
    ...("priority" in fields && { priority: fields["priority"] }),
    ...("group_id" in fields && { group: fields["group_id"] }),
    ...("assignee_id" in fields && { assignee: fields["assignee_id"] }),
    // They replace those that are there.
    ...("tags" in fields && { tags: (fields["tags"] as string[]).map((tag) => tag.toLowerCase()) }),
  });
  if (field) {
    const others = ticket.tags.filter((tag) => !FIELD.options.includes(tag as never));
    ticket.tags = field.value === null ? others : [...others, field.value];
  }
  touch(ticket);
  return [
    ...(before.status === ticket.status ? [] : ["status_changed"]),
    ...(before.priority === ticket.priority ? [] : ["priority_changed"]),
    ...(before.group === ticket.group ? [] : ["group_assignment_changed"]),
    ...(before.assignee === ticket.assignee ? [] : ["agent_assignment_changed"]),
    ...(fieldOf(before) === fieldOf(ticket) ? [] : ["custom_field_changed"]),
    ...(String(before.tags) === String(ticket.tags) ? [] : ["tags_changed"]),
  ];
}
