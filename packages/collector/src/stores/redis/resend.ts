/**
 * Schedules transitions to be resent to a webhook endpoint. The change is computed here from stored
 * data and written only if that data has not changed in the meantime; otherwise it is computed
 * again.
 * @module
 */
import { SETTLED_STATUSES } from "../../core/lists.ts";
import type { EndpointKey, SessionName, WaitingSession } from "../outbox.ts";
import type { LogEntry } from "../store.ts";
import type { Connection } from "./connection.ts";
import { accountKeys, endpointKeys } from "./keys.ts";
import type { AccountLog } from "./log.ts";
import { decodeWaiting, deliveryField, encodeWaiting, waitingField } from "./outbox-rows.ts";
import { RESEND } from "./scripts/resend.ts";

export type Transitions = readonly (SessionName & { readonly seq: number })[];

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
  transitions: Transitions,
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
  transitions: Transitions,
  now: number,
) {
  const changes = new Map<string, WaitingChange>();
  const names: string[] = [];
  for (const transition of transitions) {
    const history = await historyOf(log, key, transition);
    if (!history.some((entry) => entry.transition.seq === transition.seq)) continue;
    const name = waitingField(transition);
    const change =
      changes.get(name) ?? (await waitingOf(connection, key, transition, history, cursor, now));
    const { waiting } = change;
    const { seq } = transition;
    if (seq >= waiting.nextSeq || waiting.resends.includes(seq)) continue;
    const resends = [...waiting.resends, seq].sort((a, b) => a - b);
    changes.set(name, { ...change, waiting: { ...waiting, resends } });
    names.push(deliveryField(transition));
  }
  return { changes: [...changes.values()], names };
}

async function waitingOf(
  connection: Connection,
  { account, id }: EndpointKey,
  { session, sessionCreatedAt }: SessionName,
  history: readonly LogEntry[],
  cursor: number,
  now: number,
): Promise<WaitingChange> {
  const key = endpointKeys(account, id).waiting;
  const name = waitingField({ session, sessionCreatedAt });
  const before = (await connection.command(key, "HGET", key, name)) as string | null;
  if (before !== null) return { before, waiting: decodeWaiting({ account, id }, name, before) };
  const passed = history.findLast((entry) => entry.cursor <= cursor)?.transition.seq ?? 0;
  const begun = { resends: [], nextSeq: passed + 1, attempts: 0 };
  const times = { waitingSince: now, nextAttemptAt: now };
  return { before: "", waiting: { session, sessionCreatedAt, ...begun, ...times } };
}

async function historyOf(
  log: AccountLog,
  { account }: EndpointKey,
  { session, sessionCreatedAt }: SessionName,
): Promise<readonly LogEntry[]> {
  const history: LogEntry[] = [];
  for (;;) {
    const after = history.at(-1)?.transition.seq ?? 0;
    const page = await log.history({ account, id: session }, after, READ_LIMIT, "live");
    history.push(...page);
    if (page.length < READ_LIMIT) break;
  }
  return history.filter((entry) => entry.sessionCreatedAt === sessionCreatedAt);
}
