/**
 * The tables of sessions and their history, made to be small: a million sessions are stored in them.
 *
 * - Accounts and sessions have numbers, and other tables refer to them by these. A number is never used
 *   twice, so it also distinguishes a session from an erased one of the same id.
 * - `lease_log` holds leases that were renewed since their sessions' rows were written, a batch in each
 *   row: lease-log.ts. Where it has a newer entry, `deadline_at` in the row may be earlier than the
 *   session's deadline, or null.
 * - A column of a closed list (`state`, `presence`, `queue`, `track`) holds the index in it, see
 *   core/lists.ts.
 * @module
 */

export const TABLES = `
   CREATE TABLE account_numbers (number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE);

   CREATE TABLE sessions (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     account INTEGER NOT NULL,
     id TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     version INTEGER NOT NULL,
     epoch INTEGER NOT NULL,
     deadline_at INTEGER,
     state INTEGER NOT NULL,
     presence INTEGER NOT NULL,
     queue INTEGER NOT NULL,
     held INTEGER NOT NULL,
     queued_at INTEGER,
     assignee TEXT,
     grp TEXT,
     user TEXT,
     body TEXT NOT NULL,
     shadow TEXT
   );

   CREATE TABLE transitions (
     cursor INTEGER PRIMARY KEY AUTOINCREMENT,
     account INTEGER NOT NULL,
     track INTEGER NOT NULL,
     session INTEGER NOT NULL,
     seq INTEGER NOT NULL,
     at INTEGER NOT NULL,
     body TEXT NOT NULL
   );

   CREATE TABLE events (
     session INTEGER NOT NULL,
     id TEXT NOT NULL,
     PRIMARY KEY (session, id)
   ) WITHOUT ROWID;

   CREATE TABLE lease_log (number INTEGER PRIMARY KEY, body BLOB NOT NULL);

   CREATE VIEW history AS
     SELECT transitions.cursor, account_numbers.name AS account, sessions.id AS session,
       sessions.created_at AS session_created_at, transitions.track, transitions.seq,
       transitions.at, transitions.body
     FROM account_numbers
       JOIN sessions ON sessions.account = account_numbers.number
       JOIN transitions ON transitions.session = sessions.number;

   CREATE UNIQUE INDEX sessions_id ON sessions (account, id);
   CREATE INDEX sessions_due ON sessions (deadline_at) WHERE deadline_at IS NOT NULL;
   CREATE INDEX sessions_epoch ON sessions (account, epoch);
   CREATE INDEX sessions_assignee ON sessions (account, assignee) WHERE assignee IS NOT NULL;
   CREATE INDEX sessions_user ON sessions (account, user) WHERE user IS NOT NULL;
   CREATE INDEX sessions_queue ON sessions (account, queued_at) WHERE queue > 0;
   CREATE UNIQUE INDEX transitions_session ON transitions (session, track, seq);
   CREATE INDEX transitions_account ON transitions (account, track, cursor);

   CREATE TABLE agents (
     account TEXT NOT NULL,
     id TEXT NOT NULL,
     capacity INTEGER NOT NULL,
     PRIMARY KEY (account, id)
   ) WITHOUT ROWID;

   CREATE TABLE accounts (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE broadcasts (epoch INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
   CREATE TABLE watermark (id INTEGER PRIMARY KEY CHECK (id = 1), heartbeat_at INTEGER NOT NULL);`;

/** Sessions that were erased, by a hash of their ids: see `stores/erasure.ts`. */
export const ERASURES_TABLE = `
   CREATE TABLE IF NOT EXISTS erasures (hash TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
   CREATE INDEX IF NOT EXISTS erasures_at ON erasures (at);`;

/** How many sessions there are of each state, kept by triggers: counting them would read all of them. */
export const COUNTS_TABLE = `
   CREATE TABLE IF NOT EXISTS session_counts (
     account INTEGER NOT NULL,
     state INTEGER NOT NULL,
     count INTEGER NOT NULL,
     PRIMARY KEY (account, state)
   ) WITHOUT ROWID;
   DELETE FROM session_counts;
   INSERT INTO session_counts SELECT account, state, count(*) FROM sessions GROUP BY account, state;
   CREATE TRIGGER IF NOT EXISTS sessions_inserted AFTER INSERT ON sessions BEGIN
     INSERT INTO session_counts VALUES (NEW.account, NEW.state, 1)
       ON CONFLICT DO UPDATE SET count = count + 1;
   END;
   CREATE TRIGGER IF NOT EXISTS sessions_deleted AFTER DELETE ON sessions BEGIN
     UPDATE session_counts SET count = count - 1 WHERE account = OLD.account AND state = OLD.state;
   END;
   CREATE TRIGGER IF NOT EXISTS sessions_changed AFTER UPDATE OF state ON sessions WHEN NEW.state <> OLD.state BEGIN
     UPDATE session_counts SET count = count - 1 WHERE account = OLD.account AND state = OLD.state;
     INSERT INTO session_counts VALUES (NEW.account, NEW.state, 1)
       ON CONFLICT DO UPDATE SET count = count + 1;
   END;`;

/** One row: the store's incarnation, see `stores/incarnation.ts`. */
export const INCARNATION_TABLE = `
   CREATE TABLE incarnation (id INTEGER PRIMARY KEY CHECK (id = 1), letters TEXT NOT NULL);`;

/** One row: the collector that is the store's clock, see `engine/clock.ts`. */
export const CLOCK_TABLE = `
   CREATE TABLE IF NOT EXISTS clock (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     collector TEXT NOT NULL,
     boot TEXT NOT NULL,
     base REAL NOT NULL,
     mono REAL NOT NULL
   );`;

/** The same, with for how long the machine was suspended. The next heartbeat fills it again. */
export const CLOCK_TABLE_WITH_SUSPENSIONS = `
   DROP TABLE clock;
   CREATE TABLE clock (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     collector TEXT NOT NULL,
     boot TEXT NOT NULL,
     base REAL NOT NULL,
     mono REAL NOT NULL,
     suspended REAL
   );`;

/** When accounts' last signals were accepted, and deadlines that can be found by account. */
export const SIGNALS_TABLE = `
   CREATE TABLE IF NOT EXISTS last_signals (
     account TEXT PRIMARY KEY,
     at INTEGER NOT NULL
   ) WITHOUT ROWID;
   DROP INDEX sessions_due;
   CREATE INDEX sessions_due ON sessions (deadline_at, account) WHERE deadline_at IS NOT NULL;`;

/**
 * What lists need. `terms` finds sessions by user and ticket: see `termsOf` in `stores/list.ts`, and
 * `term-hash.ts`. `sessions_queue` has all that the queue is counted by.
 */
export const LISTS_TABLES = `
   ALTER TABLE sessions ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;
   CREATE TABLE terms (
     hash INTEGER NOT NULL,
     session INTEGER NOT NULL,
     PRIMARY KEY (hash, session)
   ) WITHOUT ROWID;
   UPDATE sessions SET changed_at = session_changed_at(body);
   INSERT OR IGNORE INTO terms SELECT term_hash(account, 'u', user), number FROM sessions
     WHERE user IS NOT NULL;
   INSERT OR IGNORE INTO terms SELECT term_hash(account, 't', session_ticket(body)), number
     FROM sessions WHERE session_ticket(body) IS NOT NULL;
   DROP INDEX sessions_user;
   ALTER TABLE sessions DROP COLUMN user;
   DROP INDEX sessions_queue;
   CREATE INDEX sessions_queue ON sessions (account, queued_at, queue, grp) WHERE queue > 0;
   CREATE INDEX sessions_by_change ON sessions (account, changed_at);`;

/** Accounts whose sessions have applied all broadcasts up to an epoch: none is created below it. */
export const CLOSED_EPOCHS_TABLE = `
   CREATE TABLE IF NOT EXISTS closed_epochs (account INTEGER PRIMARY KEY, epoch INTEGER NOT NULL);`;

/** The sessions of an agent by id, and those that take a place of the agent's capacity. */
export const ASSIGNEE_INDEXES = `
   DROP INDEX IF EXISTS sessions_assignee;
   CREATE INDEX sessions_assignee ON sessions (account, assignee, id) WHERE assignee IS NOT NULL;
   CREATE INDEX IF NOT EXISTS sessions_held ON sessions (account, assignee, id) WHERE held = 1;`;
