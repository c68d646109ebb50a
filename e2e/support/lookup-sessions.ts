/**
 * Sessions of the account `default` to look up, and the look-ups: the same for every store.
 * @module
 */
import type { ListQuery } from "../../packages/collector/src/stores/list.ts";
import type { Write } from "../../packages/collector/src/stores/store.ts";
import type * as cases from "../../packages/collector/src/stores/suite/case.ts";

const RARE = 1_000;
const QUEUED = 100;

/** The session with this number, as a checkout writes it. */
export function lookupWrite(number: number, suite: typeof cases): Write {
  const id = `conv_${String(number).padStart(8, "0")}`;
  const user = `user_${number >> 1}`;
  const group = `group_${number % RARE}`;
  const isRare = number % RARE === 0;
  const isQueued = number % QUEUED === 0;
  const queuedAt = isQueued ? suite.NOW + number : null;
  const queue = isQueued ? ("queued" as const) : ("none" as const);
  const fresh = suite.sessionWithBeat(id, 1, suite.NOW);
  const links = [{ desk: "zd", conversation: `talk_${number}`, ticket: `zd_${number}` }];
  const session = {
    ...{ ...fresh, user, queuedAt, changedAt: suite.NOW + number },
    ticket: { ...fresh.ticket, id: `ticket_${number}`, group, tags: isRare ? ["vip"] : [] },
    links: number % 4 === 0 ? links : [],
    causes: isRare ? [{ reason: "user_inactive" as const, at: suite.NOW }] : [],
  };
  // Earlier checkouts have the user there.
  const columns = { ...suite.COLUMNS, user, group, queue, queuedAt };
  return suite.writeOf(id, { key: suite.keyOf(id, "default"), session, columns });
}

export interface LookUp {
  readonly name: string;
  readonly query: Omit<ListQuery, "limit">;
  /** The same for the API. */
  readonly path: string;
}

/** Look-ups for the session with this number, which must be a multiple of 4. */
export function lookUps(number: number, now: number): readonly LookUp[] {
  const lists = {
    ticket: { ticket: `ticket_${number}` },
    user: { user: `user_${number >> 1}` },
    link: { desk: "zd", ticket: `zd_${number}` },
    tag: { tag: "vip" },
    reason: { reason: "user_inactive" },
    group: { group: `group_${number % RARE}` },
    text: { text: `talk_${number}` },
    change: { sort: "changed", changedAfter: now + number },
  } as const satisfies Record<string, Omit<ListQuery, "limit">>;
  const named = Object.entries(lists).map(([name, query]): LookUp => {
    const parameters = Object.entries(query).map(([key, value]) => {
      const text = key === "changedAfter" ? new Date(value).toISOString() : String(value);
      return [key === "text" ? "q" : key, text];
    });
    return { name, query, path: `/v1/sessions?limit=100&${new URLSearchParams(parameters)}` };
  });
  const queue = { queue: "queued", sort: "waiting" } as const;
  return [...named, { name: "queue", query: queue, path: "/v1/queue?limit=100" }];
}
