/**
 * What everything is called in Redis. What belongs together has the same hash tag, and so lies in the
 * same slot of a cluster: all of a session in its partition's, an account's log and webhooks in the
 * account's, the little that concerns every collector in a common one.
 * @module
 */

/** Every key and channel begins with it: what an ACL user must be allowed. */
export const PREFIX = "stillhere:";

/** Heard by all collectors when an account's log has something new; the message is the account. */
export const LOG_CHANNEL = `${PREFIX}news`;

/** An account's name as part of a key: without braces and blanks, so that it moves no hash tag. */
export function encodeName(name: string): string {
  return encodeURIComponent(name);
}

export const decodeName = decodeURIComponent;

export const COMMON = {
  /** String: how many partitions there are. */
  partitions: `${PREFIX}{common}:partitions`,
  /** Hash: name of an account → the account. */
  accounts: `${PREFIX}{common}:accounts`,
  /** Sorted set by epoch: `EPOCH BODY`. */
  broadcasts: `${PREFIX}{common}:broadcasts`,
  /** String: when anybody last could hear. */
  mark: `${PREFIX}{common}:mark`,
  /** Sorted set: collectors by when they count as gone. */
  members: `${PREFIX}{common}:members`,
  /** Set: accounts that have webhook endpoints, or had. */
  webhookAccounts: `${PREFIX}{common}:webhook-accounts`,
} as const;

/** Keys of a partition that concern all accounts. */
export function partitionKeys(partition: number) {
  const at = `${PREFIX}{${partition}}:`;
  return {
    /** Sorted set by deadline: `ACCOUNT ID`. */
    due: `${at}due`,
    /** Hash: account → number of its last entry in the outbox; `#` → the partition's last. */
    pending: `${at}pending`,
    /** String: which collector sweeps the partition, with an expiry. */
    claim: `${at}claim`,
    /** String: written to see that the partition can be written to. */
    heard: `${at}heard`,
  };
}

/** Keys of an account's sessions in one partition. */
export function sessionKeys(partition: number, account: string) {
  const at = (name: string) => `${PREFIX}{${partition}}:${name}:${encodeName(account)}`;
  return {
    /** Hash: id → record. */
    sessions: at("sessions"),
    /** Sorted set, all with score 0: columns (three letters) and id. */
    ids: at("ids"),
    /** Hash: columns → how many sessions have just those. */
    columns: at("columns"),
    /** Hash: epoch → how many sessions were told just so much. */
    epochs: at("epochs"),
    /** Sorted set, all with score 0: `AGENT HELD ID`, see {@link assignedMember}. */
    assigned: at("assigned"),
    /** Hash: id → digests of the event ids that were applied. */
    events: at("events"),
    /** List: transitions, numbered, that may not be in the account's log yet. */
    outbox: at("outbox"),
  };
}

/** Keys of an account's log. */
export function accountKeys(account: string) {
  const at = `${PREFIX}{@${encodeName(account)}}:`;
  return {
    /** Streams: the log, and what would be the log if presence decided; the id is the cursor. */
    log: `${at}log`,
    shadowLog: `${at}shadow`,
    /** Hashes: session → where its entries are in the log. */
    index: `${at}index`,
    shadowIndex: `${at}shadow-index`,
    /** Hash: partition → number of the last entry taken from its outbox; `#` → the last cursor. */
    moved: `${at}moved`,
    /** Sorted set: erased sessions by the number up to which nothing of them may come any more. */
    erased: `${at}erased`,
    /** Hash: agent → capacity. */
    agents: `${at}agents`,
  };
}

/** Keys of an account's webhook endpoints. */
export function webhookKeys(account: string) {
  const at = `${PREFIX}{@${encodeName(account)}}:webhook`;
  return {
    /** Hash: id → endpoint. */
    endpoints: `${at}s`,
    /** Hash: name → id. */
    names: `${at}-names`,
  };
}

/** Keys of one webhook endpoint. A session is named `SESSION\nCREATED_AT` there. */
export function endpointKeys(account: string, id: string) {
  const at = (name: string) =>
    `${PREFIX}{@${encodeName(account)}}:webhook-${name}:${encodeName(id)}`;
  return {
    /** Hash: `cursor`, `paused`, `owner`, `until`, `position`. */
    progress: at("progress"),
    /** Hash: session → why it waits. */
    waiting: at("waiting"),
    /** Sorted set: waiting sessions by when they are tried again. */
    attempts: at("attempts"),
    /** Hash: `SESSION\nCREATED_AT\nSEQ` → what became of it, see outbox-rows.ts. */
    deliveries: at("deliveries"),
    /** Sorted set: deliveries by their place in the list; and the same for each status. */
    listed: at("listed"),
    listedAs: (status: string) => at(`listed-${status}`),
  };
}
