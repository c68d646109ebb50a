/**
 * The stored format of a session: a JSON array in a fixed order, with times in milliseconds since
 * the session was created and enum values as their index. With a million sessions stored, field
 * names would take most of the space.
 *
 * The first value is the format version. A new field goes to the end; a decoder of an older row
 * gives the field its default. Format 1 spells out the channels that {@link USUAL} has.
 * @module
 */
import type { Link } from "../core/links.ts";
import {
  END_REASONS,
  INACTIVE_REASONS,
  REPORTED_PRESENCES,
  TICKET_PRIORITIES,
  TICKET_STATUSES,
  VISIBILITIES,
} from "../core/lists.ts";
import type { Cause, FieldTimes, Merge, Page, Session, TimedField } from "../core/session.ts";
import { listOf, nameAt, numberOf, textOf, textOrNull } from "./decode.ts";
import { UnknownFormatError } from "./record-error.ts";

const FORMAT = 2;
const OLD_FORMAT = 1;

/** What nearly all sessions have, stored as 0. */
const USUAL = { channel: "web_widget", routingChannel: "messaging" } as const;

/** An encoded row; {@link encodeSession} defines the meaning of each index. */
type Row = readonly unknown[];

export function encodeSession(session: Session): string {
  const { createdAt, ticket, buffer, ended } = session;
  const since = (at: number | null) => (at === null ? null : at - createdAt);
  const row: readonly unknown[] = [
    FORMAT,
    createdAt,
    session.channel === USUAL.channel ? 0 : session.channel,
    session.user,
    session.assignee,
    [
      ticket.id,
      TICKET_STATUSES.indexOf(ticket.status),
      ticket.priority === null ? null : TICKET_PRIORITIES.indexOf(ticket.priority),
      ticket.group,
      ticket.tags,
      ticket.routingChannel === USUAL.routingChannel ? 0 : ticket.routingChannel,
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
  const later = [
    since(session.unheardSince),
    session.changedAt === session.historyAt ? null : session.changedAt - session.historyAt,
    encodeMerge(session),
    session.mergesTaken.length === 0 ? null : session.mergesTaken,
    session.links.length === 0 ? null : session.links.map(encodeLink),
    session.trace === "" ? null : session.trace,
  ];
  const end = later.findLastIndex((value) => value !== null) + 1;
  return JSON.stringify([...row, ...later.slice(0, end)]);
}

function encodeLink({ desk, conversation, ticket }: Link): Row {
  return [desk, conversation, ticket];
}

function decodeLink(value: unknown): Link {
  const [desk, conversation, ticket] = listOf(value);
  return { desk: textOf(desk), conversation: textOf(conversation), ticket: textOrNull(ticket) };
}

function encodeMerge({ createdAt, merge }: Session): Row | null {
  if (!merge) return null;
  const { id, into, beganAt, retryAt } = merge;
  return [id, into, beganAt - createdAt, retryAt === null ? null : retryAt - createdAt];
}

function decodeMerge(value: unknown, createdAt: number): Merge | null {
  if (value === null) return null;
  const [id, into, beganAt, retryAt] = listOf(value);
  return {
    id: textOf(id),
    into: textOf(into),
    beganAt: numberOf(beganAt) + createdAt,
    retryAt: retryAt === null ? null : numberOf(retryAt) + createdAt,
  };
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
    return { historyAt: lastChangeAt + numberOf(encoded ?? 0), fieldsSetAt: {} };
  }
  const [fields = "", historyAfterMs = 0] = encoded.split("+");
  return {
    historyAt: lastChangeAt + numberOf(Number(historyAfterMs)),
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
  const setAt: [at: number, bits: number][] = [];
  for (const [bit, field] of TIMED_FIELDS.entries()) {
    const at = times[field];
    if (at === undefined) continue;
    // Fields are mostly set together: a search is shorter than a map.
    const same = setAt.find(([other]) => other === at);
    if (same) same[1] += 1 << bit;
    else setAt.push([at, 1 << bit]);
  }
  let last = latest;
  let encoded = "";
  for (const [at, bits] of setAt.sort(([a], [b]) => b - a)) {
    if (encoded !== "") encoded += " ";
    encoded += ((last - at) * FIELD_SETS + bits).toString(36);
    last = at;
  }
  return encoded;
}

function decodeFieldTimes(encoded: string, latest: number): FieldTimes {
  const times: { [Field in TimedField]?: number } = {};
  let at = latest;
  for (const each of encoded.split(" ")) {
    const number = Number.parseInt(each, 36);
    const before = numberOf(Math.floor(number / FIELD_SETS));
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

/** @throws if the text is no session in this format. */
export function decodeSession(id: string, text: string): Session {
  const row = listOf(JSON.parse(text));
  if (row[0] !== FORMAT && row[0] !== OLD_FORMAT) {
    throw new UnknownFormatError(`unknown format ${String(row[0])}`);
  }
  const createdAt = numberOf(row[1]);
  const time = (since: unknown) => numberOf(since) + createdAt;
  const at = (since: unknown) => (since === null ? null : time(since));
  const [ticketId, status, priority, group, tags, routingChannel] = listOf(row[5]);
  const buffer = row[11] === null ? null : listOf(row[11]);
  const ended = row[20] === null ? null : listOf(row[20]);
  const times = decodeTimes(row[28], Math.max(time(row[24]), time(row[25])));
  return {
    id,
    createdAt,
    channel: row[2] === 0 ? USUAL.channel : textOf(row[2]),
    user: textOrNull(row[3]),
    assignee: textOrNull(row[4]),
    ticket: {
      id: textOrNull(ticketId),
      status: nameAt(TICKET_STATUSES, status),
      priority: priority === null ? null : nameAt(TICKET_PRIORITIES, priority),
      group: textOrNull(group),
      tags: listOf(tags).map(textOf),
      routingChannel: routingChannel === 0 ? USUAL.routingChannel : textOf(routingChannel),
    },
    bindings: listOf(row[6]).map(textOf),
    pages: listOf(row[7]).map((page) => decodePage(listOf(page), createdAt)),
    presence: nameAt(REPORTED_PRESENCES, row[8]),
    heardAt: at(row[9]),
    offlineAt: at(row[10]),
    unheardSince: at(row[29] ?? null),
    buffer: buffer && { endsAt: time(buffer[0]), lengthMs: numberOf(buffer[1]) },
    begunAt: at(row[12]),
    lastResponseAt: at(row[13]),
    agentRepliesAt: listOf(row[14]).map(time),
    baseAt: time(row[15]),
    graceUntil: row[16] === null ? 0 : time(row[16]),
    engagementChangedAt: time(row[17]),
    causes: listOf(row[18]).map((each): Cause => {
      const [reason, since] = listOf(each);
      return { reason: nameAt(INACTIVE_REASONS, reason), at: time(since) };
    }),
    releasePending: row[19] === 1,
    ended: ended && { reason: nameAt(END_REASONS, ended[0]), at: time(ended[1]) },
    queuedAt: at(row[21]),
    firstQueuedAt: at(row[22]),
    merge: decodeMerge(row[31] ?? null, createdAt),
    mergesTaken: listOf(row[32] ?? []).map(textOf),
    links: listOf(row[33] ?? []).map(decodeLink),
    trace: textOf(row[34] ?? ""),
    seq: numberOf(row[23]),
    ...times,
    stateChangedAt: time(row[24]),
    presenceChangedAt: time(row[25]),
    changedAt: times.historyAt + numberOf(row[30] ?? 0),
    shadowSeq: numberOf(row[26] ?? 0),
    activeHours: numberOf(row[27] ?? 0),
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
    id: textOf(id),
    gen: numberOf(gen),
    seq: numberOf(seq),
    visibility: nameAt(VISIBILITIES, visibility),
    leaseMs: numberOf(leaseMs),
    leaseUntil: leaseUntil === null ? null : numberOf(leaseUntil) + createdAt,
    left: left === 1,
    ...((by ?? null) !== null && {
      admission: { by: textOf(by), since: numberOf(since) + createdAt },
    }),
    ...(heardAt !== undefined && { heardAt: numberOf(heardAt) + createdAt }),
  };
}
