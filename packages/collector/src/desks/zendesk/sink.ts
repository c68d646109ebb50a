/**
 * Tells Zendesk how things stand: a field of the ticket, or two tags, and the ticket's status, priority, group and
 * tags. It is one update, which Zendesk refuses if the ticket was changed since it was read; `tags` of an update
 * replace those that are there.
 * https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#protect-against-ticket-update-collisions
 * @module
 */
import type { Changed, DeskCall, Sink, Standing, Written } from "../desk.ts";
import { type Mapping, theirsOf } from "../mapping.ts";
import { at, listAt, namesAt, textAt } from "../read.ts";
import { after } from "../steps.ts";
import { decodeRead } from "./source.ts";

export interface ZendeskOutbound {
  readonly baseUrl: string;
  readonly email: string;
  readonly apiToken: string;
  /** The drop-down field, and the tags of its two values. */
  readonly field?: { readonly id: string; readonly online: string; readonly offline: string };
  readonly tags?: { readonly online: string; readonly offline: string };
}

export const zendeskSink: Sink<ZendeskOutbound> = {
  tellable,
  call,
  // Events get lost while Zendesk's circuit breaker is open: it shows when the ticket is read.
  readBack: (body, mapping, readAt) => (readTicket(body) ? decodeRead(body, mapping, readAt) : []),
  test,
  addressOf: ({ ticket }, { baseUrl }) =>
    ticket && `${baseUrl.replace(/\/+$/, "")}/agent/tickets/${encodeURIComponent(ticket)}`,
  ownTags({ field, tags }) {
    const own = tags ?? field;
    return own ? [own.online, own.offline] : [];
  },
};

/** No request makes a ticket new again, nor closes it. */
const UNTELLABLE: ReadonlySet<unknown> = new Set(["new", "closed"]);

function tellable(changed: Changed, _outbound: ZendeskOutbound, mapping: Mapping): Changed {
  const { status, priority, group, tags } = changed;
  const hasStatus = status !== undefined && !UNTELLABLE.has(status);
  const hasGroup = group !== undefined && (group === null || groupId(group, mapping) !== null);
  return {
    ...(hasStatus && theirsOf(mapping.status, status) !== null && { status }),
    ...(priority && theirsOf(mapping.priority, priority) !== null && { priority }),
    ...(hasGroup && { group }),
    ...(tags && { tags }),
  };
}

function call(
  now: Standing,
  written: Written | null,
  outbound: ZendeskOutbound,
  mapping: Mapping,
): DeskCall | null {
  const isTold = written?.presence === now.presence && written.reason === now.reason;
  if (now.ticket === null || (isTold && Object.keys(now.changed).length === 0)) return null;
  const path = `/api/v2/tickets/${encodeURIComponent(now.ticket)}.json`;
  const headers = headersOf(outbound);
  const read: DeskCall = {
    method: "GET",
    path,
    headers,
    next: (answer) =>
      after(answer, () => {
        const theirs = readTicket(answer.body);
        // What was not understood would be replaced by nothing.
        if (!theirs) return "retry";
        const update = updateOf(now, theirs, outbound, mapping);
        if (Object.keys(update).length === 0) return "done";
        const ticket = { ...update, safe_update: true, updated_stamp: theirs.updatedAt };
        return {
          method: "PUT",
          path,
          headers,
          body: { ticket },
          // It was changed since it was read.
          next: (put) => (put.status === 409 ? read : after(put, () => "done")),
        };
      }),
  };
  return read;
}

/** Reads the field, which must have both values; without one, whose token it is. */
function test(outbound: ZendeskOutbound): DeskCall {
  const { field } = outbound;
  return {
    method: "GET",
    path: field ? `/api/v2/ticket_fields/${field.id}.json` : "/api/v2/users/me.json",
    headers: headersOf(outbound),
    next: ({ status, body }) => {
      if (status === 404) return "misconfigured";
      const isMeant = field ? hasValues(body, field) : isOfTeam(body);
      return isMeant ? "done" : "misconfigured";
    },
  };
}

function hasValues(body: unknown, { online, offline }: NonNullable<ZendeskOutbound["field"]>) {
  const options = listAt(body, "ticket_field", "custom_field_options") ?? [];
  const values = options.map((option) => at(option, "value"));
  return values.includes(online) && values.includes(offline);
}

/** A token that is not accepted is answered as somebody unknown, not refused. */
function isOfTeam(body: unknown): boolean {
  return ["agent", "admin"].includes(textAt(body, "user", "role") ?? "");
}

function headersOf({ email, apiToken }: ZendeskOutbound): DeskCall["headers"] {
  return { authorization: `Basic ${btoa(`${email}/token:${apiToken}`)}` };
}

interface Theirs {
  readonly updatedAt: string;
  readonly ticket: unknown;
  readonly tags: readonly string[];
  readonly fields: readonly unknown[];
}

function readTicket(body: unknown): Theirs | null {
  const ticket = at(body, "ticket");
  const updatedAt = textAt(ticket, "updated_at");
  const tags = namesAt(ticket, "tags");
  const areNames = tags?.length === listAt(ticket, "tags")?.length;
  if (updatedAt === undefined || tags === undefined || !areNames) return null;
  return { updatedAt, ticket, tags, fields: listAt(ticket, "custom_fields") ?? [] };
}

/** What differs at the desk from how things stand. */
function updateOf(
  { presence, changed }: Standing,
  { ticket, tags: theirTags, fields }: Theirs,
  { field, tags }: ZendeskOutbound,
  mapping: Mapping,
): Readonly<Record<string, unknown>> {
  const update: Record<string, unknown> = {};
  const status = changed.status && theirsOf(mapping.status, changed.status);
  if (status && at(ticket, "status") !== status) update["status"] = status;
  const priority = changed.priority && theirsOf(mapping.priority, changed.priority);
  if (priority && at(ticket, "priority") !== priority) update["priority"] = priority;
  if (changed.group !== undefined) {
    const group = changed.group === null ? null : groupId(changed.group, mapping);
    if (at(ticket, "group_id") !== group) update["group_id"] = group;
  }
  if (field) {
    const value = fields.find((each) => String(at(each, "id")) === field.id);
    if (at(value, "value") !== field[presence]) {
      update["custom_fields"] = [{ id: Number(field.id), value: field[presence] }];
    }
  }
  // The value of a field is a tag besides: tags without it would clear the field.
  const wanted = tagsOf(theirTags, changed.tags, tags ?? field, presence);
  if ((tags || changed.tags) && !isSame(theirTags, wanted)) update["tags"] = wanted;
  return update;
}

function tagsOf(
  theirs: readonly string[],
  changed: Changed["tags"],
  own: { readonly online: string; readonly offline: string } | undefined,
  presence: Standing["presence"],
): readonly string[] {
  const other = presence === "online" ? own?.offline : own?.online;
  const removed = [...(changed?.removed ?? []), ...(other === undefined ? [] : [other])];
  const added = [...(changed?.added ?? []), ...(own ? [own[presence]] : [])];
  return [...new Set([...theirs.filter((tag) => !removed.includes(tag)), ...added])];
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each) => b.includes(each));
}

/** Groups are numbers there. */
function groupId(group: string, mapping: Mapping): number | null {
  const theirs = theirsOf(mapping.group, group) ?? "";
  return /^\d{1,15}$/.test(theirs) ? Number(theirs) : null;
}
