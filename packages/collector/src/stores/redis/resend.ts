/**
 * Schedules transitions to be resent to a webhook endpoint. The change is computed here from stored
 * data and written only if that data has not changed in the meantime; otherwise it is computed
 * again.
 * @module
 */
import { SETTLED_STATUSES } from "../../core/lists.ts";
import type { EndpointKey, SessionName, WaitingSession } from "../outbox.ts";
import { addResends, resendsBySession, type TransitionName } from "../resends.ts";
import type { Connection } from "./connection.ts";
import { accountKeys, endpointKeys } from "./keys.ts";
import type { AccountLog } from "./log.ts";
import { decodeWaiting, deliveryField, encodeWaiting, waitingField } from "./outbox-rows.ts";
import { RESEND } from "./scripts/resend.ts";

const READ_LIMIT = 500;

/** The new waiting state of a session, and the encoded one it replaces (empty: it did not wait). */
interface WaitingChange {
  readonly before: string;
  readonly waiting: WaitingSession;
}

export async function resend(
  connection: Connection,
  log: AccountLog,
  key: EndpointKey,
  transitions: readonly TransitionName[],
  now: number,
): Promise<number> {
  const { account, id } = key;
  const keys = endpointKeys(account, id);
  const logKeys = accountKeys(account);
  for (;;) {
    const cursor = await connection.command(keys.progress, "HGET", keys.progress, "cursor");
    if (cursor === null) return 0;
    const { changes, names } = await plan(connection, log, key, Number(cursor), transitions, now);
    const written = await connection.run(
      RESEND,
      [
        logKeys.log,
        logKeys.index,
        keys.progress,
        keys.waiting,
        keys.attempts,
        keys.deliveries,
        keys.listedAs("pending"),
        ...SETTLED_STATUSES.map(keys.listedAs),
      ],
      [
        String(cursor),
        now,
        SETTLED_STATUSES.join(" "),
        changes.length,
        ...changes.flatMap(({ before, waiting }) => [
          waiting.session,
          waiting.sessionCreatedAt,
          before,
          encodeWaiting(waiting),
          waiting.nextAttemptAt,
        ]),
        ...names,
      ],
    );
    if (written === 1) return names.length;
  }
}

async function plan(
  connection: Connection,
  log: AccountLog,
  key: EndpointKey,
  cursor: number,
  transitions: readonly TransitionName[],
  now: number,
) {
  const changes: WaitingChange[] = [];
  const names: string[] = [];
  for (const { seqs, ...name } of resendsBySession(transitions)) {
    const row = await waitingRow(connection, key, name);
    const history = await historyOf(log, key, name, seqs, row === null ? cursor : 0);
    const before = waitingOf(key, name, row, history, now);
    const { added, waiting } = addResends(before.waiting, seqs, (seq) => history.seqs.has(seq));
    if (added.length === 0) continue;
    changes.push({ ...before, waiting });
    names.push(...added.map((seq) => deliveryField({ ...name, seq })));
  }
  return { changes, names };
}

/** A session's row as it is stored; `null` if it does not wait. */
async function waitingRow(
  connection: Connection,
  { account, id }: EndpointKey,
  session: SessionName,
): Promise<string | null> {
  const key = endpointKeys(account, id).waiting;
  return (await connection.command(key, "HGET", key, waitingField(session))) as string | null;
}

function waitingOf(
  key: EndpointKey,
  name: SessionName,
  row: string | null,
  { passedSeq }: History,
  now: number,
): WaitingChange {
  if (row !== null) return { before: row, waiting: decodeWaiting(key, waitingField(name), row) };
  const begun = { resends: [], nextSeq: passedSeq + 1, attempts: 0 };
  const times = { waitingSince: now, nextAttemptAt: now };
  return { before: "", waiting: { ...name, ...begun, ...times } };
}

/** The part of a session's history that a resend depends on. */
interface History {
  readonly seqs: ReadonlySet<number>;
  /** The last transition at or below the endpoint's cursor; 0 if that is before those to be resent. */
  readonly passedSeq: number;
}

/** Reads from the first of `wanted` on, to the last of them and to `cursor`. */
async function historyOf(
  log: AccountLog,
  { account }: EndpointKey,
  { session, sessionCreatedAt }: SessionName,
  wanted: readonly number[],
  cursor: number,
): Promise<History> {
  const seqs = new Set<number>();
  let passedSeq = 0;
  const end = Math.max(...wanted);
  for (let after = Math.min(...wanted) - 1; ; ) {
    const page = await log.history({ account, id: session }, after, READ_LIMIT, "live");
    for (const entry of page) {
      const { seq } = entry.transition;
      after = seq;
      if (entry.sessionCreatedAt !== sessionCreatedAt) continue;
      seqs.add(seq);
      if (entry.cursor <= cursor) passedSeq = seq;
    }
    const isPast = after >= end && (page.at(-1)?.cursor ?? 0) > cursor;
    if (page.length < READ_LIMIT || isPast) return { seqs, passedSeq };
  }
}
