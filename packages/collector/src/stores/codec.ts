/**
 * The stored format of a session: a JSON array in a fixed order, with times in milliseconds since
 * the session was created and enum values as their index. With a million sessions stored, field
 * names would take most of the space.
 *
 * The first value is the format version. A new field goes to the end; a decoder of an older row
 * gives the field its default.
 * @module
 */
import type { FieldTimes, TimedField } from "../core/field-order.ts";
import {
  END_REASONS,
  INACTIVE_REASONS,
  REPORTED_PRESENCES,
  TICKET_PRIORITIES,
  TICKET_STATUSES,
  VISIBILITIES,
} from "../core/lists.ts";
import type { Cause, Page, Session } from "../core/session.ts";

const FORMAT = 1;

/** An encoded row; {@link encodeSession} defines the meaning of each index. */
type Row = readonly unknown[];

export function encodeSession(session: Session): string {
  const { createdAt, ticket, buffer, ended } = session;
  const since = (at: number | null) => (at === null ? null : at - createdAt);
  const row: readonly unknown[] = [
    FORMAT,
    createdAt,
    session.channel,
    session.user,
    session.assignee,
    [
      ticket.id,
      TICKET_STATUSES.indexOf(ticket.status),
      ticket.priority === null ? null : TICKET_PRIORITIES.indexOf(ticket.priority),
      ticket.group,
      ticket.tags,
      ticket.routingChannel,
    ],
    session.bindings,
    session.pages.map((page) => encodePage(page, createdAt)),
    REPORTED_PRESENCES.indexOf(session.presence),
    since(session.heardAt),
    since(session.offlineAt),
    buffer && [since(buffer.endsAt), buffer.lengthMs],
    since(session.begunAt),
    since(session.lastResponseAt),
    session.agentRepliesAt.map(since),
    since(session.baseAt),
    session.graceUntil === 0 ? null : since(session.graceUntil),
    since(session.engagementChangedAt),
    session.causes.map(({ reason, at }) => [INACTIVE_REASONS.indexOf(reason), since(at)]),
    session.releasePending ? 1 : 0,
    ended && [END_REASONS.indexOf(ended.reason), since(ended.at)],
    since(session.queuedAt),
    since(session.firstQueuedAt),
    session.seq,
    since(session.stateChangedAt),
    since(session.presenceChangedAt),
    session.shadowSeq,
    session.activeHours,
    encodeTimes(session),
  ];
  // Later fields, with their defaults left out at the end.
  const later = [since(session.unheardSince), session.changedAt - session.historyAt];
  const end = later.findLastIndex((value) => value !== null && value !== 0) + 1;
  return JSON.stringify([...row, ...later.slice(0, end)]);
}

/**
 * How long the last transition was after the last change, as a number. Where fields have times it is
 * the text `FIELDS[+NUMBER]`, without the number if that is 0.
 */
function encodeTimes(session: Session): number | string {
  const lastChangeAt = lastChangeOf(session);
  const historyAfterMs = session.historyAt - lastChangeAt;
  const fields = encodeFieldTimes(session.fieldsSetAt, lastChangeAt);
  if (fields === "") return historyAfterMs;
  return historyAfterMs === 0 ? fields : `${fields}+${historyAfterMs}`;
}

function decodeTimes(
  encoded: unknown,
  lastChangeAt: number,
): Pick<Session, "historyAt" | "fieldsSetAt"> {
  if (typeof encoded !== "string") {
    return { historyAt: lastChangeAt + ((encoded ?? 0) as number), fieldsSetAt: {} };
  }
  const [fields = "", historyAfterMs = 0] = encoded.split("+");
  return {
    historyAt: lastChangeAt + Number(historyAfterMs),
    fieldsSetAt: decodeFieldTimes(fields, lastChangeAt),
  };
}

/** Each field's bit in {@link encodeFieldTimes}. */
const TIMED_FIELDS = [
  "id",
  "status",
  "priority",
  "group",
  "tags",
  "routingChannel",
  "assignee",
  "assignment",
] as const satisfies readonly TimedField[];
const FIELD_SETS = 1 << TIMED_FIELDS.length;

/**
 * One number in base 36 for each time at which fields were set, latest first: a bit for each of the
 * fields, and above the bits how long that was before the time at its left, at first before `latest`.
 */
function encodeFieldTimes(times: FieldTimes, latest: number): string {
  const setAt = new Map<number, number>();
  for (const [bit, field] of TIMED_FIELDS.entries()) {
    const at = times[field];
    if (at !== undefined) setAt.set(at, (setAt.get(at) ?? 0) + (1 << bit));
  }
  let last = latest;
  const encoded: string[] = [];
  for (const [at, bits] of [...setAt].sort(([a], [b]) => b - a)) {
    encoded.push(((last - at) * FIELD_SETS + bits).toString(36));
    last = at;
  }
  return encoded.join(" ");
}

function decodeFieldTimes(encoded: string, latest: number): FieldTimes {
  const times: { [Field in TimedField]?: number } = {};
  let at = latest;
  for (const each of encoded.split(" ")) {
    const number = Number.parseInt(each, 36);
    const before = Math.floor(number / FIELD_SETS);
    at -= before;
    const bits = number - before * FIELD_SETS;
    for (const [bit, field] of TIMED_FIELDS.entries()) if (bits & (1 << bit)) times[field] = at;
  }
  return times;
}

/** When state or presence last changed: nearly always at the last transition. */
function lastChangeOf({ stateChangedAt, presenceChangedAt }: Session): number {
  return Math.max(stateChangedAt, presenceChangedAt);
}

export function decodeSession(id: string, text: string): Session {
  const row = JSON.parse(text) as Row;
  if (row[0] !== FORMAT) throw new Error(`A stored session has the unknown format ${row[0]}.`);
  const createdAt = row[1] as number;
  const at = (since: unknown) => (since === null ? null : (since as number) + createdAt);
  const time = (since: unknown) => (since as number) + createdAt;
  const [ticketId, status, priority, group, tags, routingChannel] = row[5] as Row;
  const buffer = row[11] as Row | null;
  const ended = row[20] as Row | null;
  const times = decodeTimes(row[28], Math.max(time(row[24]), time(row[25])));
  return {
    id,
    createdAt,
    channel: row[2] as string,
    user: row[3] as string | null,
    assignee: row[4] as string | null,
    ticket: {
      id: ticketId as string | null,
      status: nameOf(TICKET_STATUSES, status),
      priority: priority === null ? null : nameOf(TICKET_PRIORITIES, priority),
      group: group as string | null,
      tags: tags as string[],
      routingChannel: routingChannel as string,
    },
    bindings: row[6] as string[],
    pages: (row[7] as Row[]).map((page) => decodePage(page, createdAt)),
    presence: nameOf(REPORTED_PRESENCES, row[8]),
    heardAt: at(row[9]),
    offlineAt: at(row[10]),
    unheardSince: at(row[29] ?? null),
    buffer: buffer && { endsAt: time(buffer[0]), lengthMs: buffer[1] as number },
    begunAt: at(row[12]),
    lastResponseAt: at(row[13]),
    agentRepliesAt: (row[14] as number[]).map(time),
    baseAt: time(row[15]),
    graceUntil: row[16] === null ? 0 : time(row[16]),
    engagementChangedAt: time(row[17]),
    causes: (row[18] as Row[]).map(
      ([reason, since]): Cause => ({ reason: nameOf(INACTIVE_REASONS, reason), at: time(since) }),
    ),
    releasePending: row[19] === 1,
    ended: ended && { reason: nameOf(END_REASONS, ended[0]), at: time(ended[1]) },
    queuedAt: at(row[21]),
    firstQueuedAt: at(row[22]),
    seq: row[23] as number,
    ...times,
    stateChangedAt: time(row[24]),
    presenceChangedAt: time(row[25]),
    changedAt: times.historyAt + ((row[30] ?? 0) as number),
    shadowSeq: (row[26] ?? 0) as number,
    activeHours: (row[27] ?? 0) as number,
  };
}

/** The last three values are left out where the page has none of them. */
function encodePage({ id, gen, seq, visibility, ...page }: Page, createdAt: number): Row {
  const leaseUntil = page.leaseUntil === null ? null : page.leaseUntil - createdAt;
  const visibilityIndex = VISIBILITIES.indexOf(visibility);
  const row = [id, gen, seq, visibilityIndex, page.leaseMs, leaseUntil, page.left ? 1 : 0];
  const { admission, heardAt } = page;
  const admitted = admission ? [admission.by, admission.since - createdAt] : [];
  if (heardAt === undefined) return [...row, ...admitted];
  return [...row, ...(admission ? admitted : [null, null]), heardAt - createdAt];
}

function decodePage(row: Row, createdAt: number): Page {
  const [id, gen, seq, visibility, leaseMs, leaseUntil, left, by, since, heardAt] = row;
  return {
    id: id as string,
    gen: gen as number,
    seq: seq as number,
    visibility: nameOf(VISIBILITIES, visibility),
    leaseMs: leaseMs as number,
    leaseUntil: leaseUntil === null ? null : (leaseUntil as number) + createdAt,
    left: left === 1,
    ...(typeof by === "string" && { admission: { by, since: (since as number) + createdAt } }),
    ...(heardAt !== undefined && { heardAt: (heardAt as number) + createdAt }),
  };
}

function nameOf<T extends string>(names: readonly T[], index: unknown): T {
  const name = names[index as number];
  if (name === undefined) throw new Error(`A stored session has the unknown enum value ${index}.`);
  return name;
}
