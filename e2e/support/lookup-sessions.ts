/**
 * Sessions of the account `default` to look up, and the look-ups: the same for every store.
 * @module
 */
import type * as sessions from "../../packages/collector/src/core/session.ts";
import type { Page } from "../../packages/collector/src/core/session.ts";
import type { ListQuery } from "../../packages/collector/src/stores/list.ts";
import type { Write } from "../../packages/collector/src/stores/store.ts";
import type * as cases from "../../packages/collector/src/stores/suite/case.ts";

const RARE = 1_000;
const QUEUED = 100;

/** The modules of a checkout that say how it stores a session. */
export interface Checkout {
  readonly suite: typeof cases;
  readonly core: Pick<typeof sessions, "createSession">;
}

/**
 * What a session has besides user, ticket, group and page: two tags, a link, or `mixed`, for look-ups: a link
 * in each fourth session, and in each thousandth a tag and a reason.
 */
export const LOOKED_UP = ["plain", "tags", "link", "mixed"] as const;
export type LookedUp = (typeof LOOKED_UP)[number];

/** The session with this number, as a checkout writes it. */
export function lookupWrite(number: number, { suite, core }: Checkout, has: LookedUp): Write {
  const id = `conv_${String(number).padStart(8, "0")}`;
  const user = `user_${number >> 1}`;
  const group = `group_${number % RARE}`;
  const isRare = has === "mixed" && number % RARE === 0;
  const isLinked = has === "link" || (has === "mixed" && number % 4 === 0);
  const tags = isRare ? ["vip"] : has === "tags" ? ["vip", "billing"] : [];
  const at = suite.NOW + number;
  const queued = number % QUEUED === 0 && ({ queue: "queued", queuedAt: at } as const);
  const ticket = { id: `ticket_${number}`, group, tags };
  const fresh = core.createSession({ id, channel: "web_widget", user, ticket }, at);
  const links = [{ desk: "zd", conversation: `talk_${number}`, ticket: `zd_${number}` }];
  const session = {
    ...fresh,
    ...{ presence: "online" as const, heardAt: at, pages: [pageAt(at, suite.LEASE_MS)] },
    ...(queued && { queuedAt: at }),
    ...(isLinked && { links }),
    ...(isRare && { causes: [{ reason: "user_inactive" as const, at }] }),
  };
  // Earlier checkouts have the user there.
  const columns = { ...suite.COLUMNS, user, group, ...queued };
  return suite.writeOf(id, { key: suite.keyOf(id, "default"), session, columns });
}

function pageAt(at: number, leaseMs: number): Page {
  const beat = { id: "p", gen: 0, seq: 1, visibility: "visible" } as const;
  return { ...beat, leaseMs, leaseUntil: at + leaseMs, left: false };
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
