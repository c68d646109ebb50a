/**
 * The names of all keys in Redis. Keys that one script uses together share a hash tag, and so a
 * slot of a cluster: sessions have the tag of their partition, an account's log and webhooks that
 * of the account, and the few keys that all collectors share a common one.
 * @module
 */

/** The prefix of every key and channel, to which an ACL user needs access. */
export const PREFIX = "stillhere:";

/** The channel of notifications about new log entries; the message is the account. */
export const LOG_CHANNEL = `${PREFIX}news`;

/** Encodes an account's name as part of a key: without braces, which would change the hash tag. */
export function encodeName(name: string): string {
  return encodeURIComponent(name);
}

export const decodeName = decodeURIComponent;

export const COMMON_KEYS = {
  /** String: the number of partitions. */
  partitions: `${PREFIX}{common}:partitions`,
  /** String: the version of the layout; missing: 1. */
  layout: `${PREFIX}{common}:layout`,
  /** String: the incarnation of the store. */
  incarnation: `${PREFIX}{common}:incarnation`,
  /** Hash: account name → account. */
  accounts: `${PREFIX}{common}:accounts`,
  /** Sorted set by epoch: `EPOCH BODY`. */
  broadcasts: `${PREFIX}{common}:broadcasts`,
  /** String: the last time at which collectors could receive signals. */
  livenessWatermark: `${PREFIX}{common}:mark`,
  /** Hash: account → when its last signal was accepted. */
  lastSignals: `${PREFIX}{common}:signals`,
  /** Sorted set: collectors by the time at which their registration expires. */
  collectors: `${PREFIX}{common}:members`,
  /** Hash: id → record of the administration, `VERSION EXPIRES_AT BODY`. */
  records: `${PREFIX}{common}:records`,
  /** Sorted set: ids of records by when they expire. */
  recordExpiry: `${PREFIX}{common}:record-expiry`,
  /** Set: accounts that have or had webhook endpoints. */
  webhookAccounts: `${PREFIX}{common}:webhook-accounts`,
} as const;

/** Keys of an account beside the common ones. */
export function commonKeys(account: string) {
  return {
    /** Sorted set, all scores 0: entries of the audit log, `ID BODY`. */
    audit: `${PREFIX}{common}:audit:${encodeName(account)}`,
  };
}

/** Keys of a partition that all accounts share. */
export function partitionKeys(partition: number) {
  const at = `${PREFIX}{${partition}}:`;
  return {
    /** Sorted set by deadline: `ACCOUNT ID`. */
    due: dueKey(partition),
    /** Hash: account → number of the last entry in its relay queue; `#` → the partition's last. */
    pending: `${at}pending`,
    /** String with an expiry: the collector that sweeps the partition. */
    claim: `${at}claim`,
    /** Hash: written only to check that the partition accepts writes. */
    writeProbe: `${at}heard`,
    /** Never written; see scripts/write-probe.ts. */
    absent: `${at}absent`,
  };
}

/** One of {@link sessionKeys}, without making the names of all. */
export function sessionKey(partition: number, account: string, name: string): string {
  return `${PREFIX}{${partition}}:${name}:${encodeName(account)}`;
}

/** One of {@link partitionKeys}. */
export function dueKey(partition: number): string {
  return `${PREFIX}{${partition}}:due`;
}

/** Keys of an account's sessions in one partition. */
export function sessionKeys(partition: number, account: string) {
  const at = (name: string) => sessionKey(partition, account, name);
  return {
    /** Hash: id → record. */
    sessions: at("sessions"),
    /** Sorted set, all scores 0: columns (three letters) and id. */
    ids: at("ids"),
    /** Hash: columns → number of sessions with exactly these. */
    columns: at("columns"),
    /** Hash: epoch → number of sessions at exactly that epoch; `#` → none is created below this one. */
    epochs: at("epochs"),
    /** Sorted set, all scores 0: `AGENT HELD ID`, see {@link assignedMember}. */
    assigned: at("assigned"),
    /** Hash: bucket → sessions by user and ticket; see scripts/indexing.ts. */
    terms: at("terms"),
    /** Hashes: leaf → sessions by `changedAt`, and those in the queue by `queuedAt`; sorted sets of leaves. */
    changes: at("changes"),
    changeLeaves: at("change-leaves"),
    waiting: at("waiting"),
    waitingLeaves: at("waiting-leaves"),
    /** Hash: id → digests of the applied event ids. */
    events: at("events"),
    /** Sorted set: hashes of erased ids by the time of the erasure, see `stores/erasure.ts`. */
    erasures: at("erasures"),
    /** List: numbered transitions that may not be in the account's log yet. */
    relayQueue: at("outbox"),
    /** As {@link commonKeys}, about these sessions. */
    audit: at("audit"),
  };
}

/** Keys of an account's log. */
export function accountKeys(account: string) {
  const at = `${PREFIX}{@${encodeName(account)}}:`;
  return {
    /** Streams: the live and the shadow log; the id is the cursor. */
    log: `${at}log`,
    shadowLog: `${at}shadow`,
    /** Hashes: session → seq and cursor of each of its log entries. */
    index: `${at}index`,
    shadowIndex: `${at}shadow-index`,
    /** Hash: partition → number of the last entry moved from its relay queue; `#` → last cursor. */
    moved: `${at}moved`,
    /** Sorted set: hashes of erased sessions' ids by the entry number up to which their entries are rejected. */
    erased: `${at}erased`,
    /** Hash: agent → capacity. */
    agents: `${at}agents`,
    /** As {@link commonKeys}, about webhooks. */
    audit: `${at}audit`,
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

/** Keys of one webhook endpoint, in which a session is `SESSION\nCREATED_AT`. */
export function endpointKeys(account: string, id: string) {
  const at = (name: string) =>
    `${PREFIX}{@${encodeName(account)}}:webhook-${name}:${encodeName(id)}`;
  return {
    /** Hash: `cursor`, `paused`, `owner`, `until`, `position`. */
    progress: at("progress"),
    /** Hash: session → its waiting state, see outbox-rows.ts. */
    waiting: at("waiting"),
    /** Sorted set: waiting sessions by next attempt. */
    attempts: at("attempts"),
    /** Hash: `SESSION\nCREATED_AT\nSEQ` → delivery, see outbox-rows.ts. */
    deliveries: at("deliveries"),
    /** Sorted sets: deliveries by position, all of them and those of each status. */
    listed: at("listed"),
    listedAs: (status: string) => at(`listed-${status}`),
  };
}
