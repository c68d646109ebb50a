/**
 * The tables of sessions and their history, made to be small: a million sessions are kept in them.
 *
 * - Accounts and sessions have numbers, and other tables name them by these. A number is never given
 *   twice, so it also tells a session from an erased one of the same id.
 * - `renewals` holds what was heard since a session's row was written, a batch in each row:
 *   renewals.ts. Where there is a newer renewal `deadline_at` says nothing: it may be earlier than the
 *   truth, or null.
 * @module
 */

const SESSIONS = `
   CREATE TABLE account_numbers (number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE);

   CREATE TABLE sessions (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     account INTEGER NOT NULL,
     id TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     version INTEGER NOT NULL,
     epoch INTEGER NOT NULL,
     deadline_at INTEGER,
     page_seq INTEGER,
     lease_until INTEGER,
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

   CREATE TABLE renewals (number INTEGER PRIMARY KEY, body TEXT NOT NULL);

   CREATE VIEW history AS
     SELECT transitions.cursor, account_numbers.name AS account, sessions.id AS session,
       sessions.created_at AS session_created_at, transitions.track, transitions.seq,
       transitions.at, transitions.body
     FROM account_numbers
       JOIN sessions ON sessions.account = account_numbers.number
       JOIN transitions ON transitions.session = sessions.number;`;

const INDEXES = `
   CREATE UNIQUE INDEX sessions_id ON sessions (account, id);
   CREATE INDEX sessions_due ON sessions (deadline_at) WHERE deadline_at IS NOT NULL;
   CREATE INDEX sessions_epoch ON sessions (account, epoch);
   CREATE INDEX sessions_assignee ON sessions (account, assignee) WHERE assignee IS NOT NULL;
   CREATE INDEX sessions_user ON sessions (account, user) WHERE user IS NOT NULL;
   CREATE INDEX sessions_queue ON sessions (account, queued_at) WHERE queue > 0;
   CREATE UNIQUE INDEX transitions_session ON transitions (session, track, seq);
   CREATE INDEX transitions_account ON transitions (account, track, cursor);`;

const NUMBERS = (column: string, names: readonly string[]) =>
  `CASE ${column} ${names.map((name, number) => `WHEN '${name}' THEN ${number}`).join(" ")} END`;

/** What columns hold for a name of a closed list: its place. A list only ever grows at its end. */
export const STATES = ["none", "active", "inactive", "ended"] as const;
export const PRESENCES = ["unknown", "online", "offline", "ignored", "unsupported"] as const;
export const QUEUES = ["none", "queued", "direct"] as const;
export const TRACKS = ["live", "shadow"] as const;

/** From tables that named accounts and sessions by their text to those above. */
export const NUMBER_SESSIONS = `
   DROP INDEX sessions_due;
   DROP INDEX sessions_epoch;
   DROP INDEX sessions_assignee;
   DROP INDEX sessions_user;
   DROP INDEX sessions_queue;
   DROP INDEX transitions_session;
   DROP INDEX transitions_account;
   ALTER TABLE sessions RENAME TO old_sessions;
   ALTER TABLE transitions RENAME TO old_transitions;
   ALTER TABLE events RENAME TO old_events;
   ${SESSIONS}
   INSERT INTO account_numbers (name) SELECT DISTINCT account FROM old_sessions;
   INSERT INTO sessions (account, id, created_at, version, epoch, deadline_at, state, presence,
       queue, held, queued_at, assignee, grp, user, body, shadow)
     SELECT account_numbers.number, id, body ->> 1, version, epoch, deadline_at,
       ${NUMBERS("state", STATES)}, ${NUMBERS("presence", PRESENCES)}, ${NUMBERS("queue", QUEUES)},
       held, queued_at, assignee, grp, user, body, shadow
     FROM old_sessions JOIN account_numbers ON account_numbers.name = old_sessions.account;
   ${INDEXES}
   INSERT INTO transitions (cursor, account, track, session, seq, at, body)
     SELECT cursor, sessions.account, ${NUMBERS("track", TRACKS)}, sessions.number, seq, at,
       old_transitions.body
     FROM old_transitions
       JOIN account_numbers ON account_numbers.name = old_transitions.account
       JOIN sessions ON sessions.account = account_numbers.number
         AND sessions.id = old_transitions.session
     ORDER BY cursor;
   UPDATE sqlite_sequence SET seq =
       (SELECT seq FROM sqlite_sequence WHERE name = 'old_transitions')
     WHERE name = 'transitions';
   INSERT INTO sqlite_sequence (name, seq)
     SELECT 'transitions', seq FROM sqlite_sequence WHERE name = 'old_transitions'
       AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'transitions');
   INSERT INTO events (session, id)
     SELECT sessions.number, old_events.id
     FROM old_events
       JOIN account_numbers ON account_numbers.name = old_events.account
       JOIN sessions ON sessions.account = account_numbers.number
         AND sessions.id = old_events.session;
   DROP TABLE old_sessions;
   DROP TABLE old_transitions;
   DROP TABLE old_events;`;

/** Values within a session's body: stores/codec.ts. */
const LAST_PAGE = "$[7][#-1]";
const HEARD_AT = "$[9]";

/** What the last page had said stood beside the body; it is put into it. */
export const FOLD_PAGES = `
   UPDATE sessions SET body = json_set(body,
       '${LAST_PAGE}[2]', page_seq,
       '${LAST_PAGE}[5]', lease_until - created_at,
       '${HEARD_AT}', lease_until - created_at - (body ->> '${LAST_PAGE}[4]'))
     WHERE page_seq IS NOT NULL AND lease_until IS NOT NULL;
   ALTER TABLE sessions DROP COLUMN page_seq;
   ALTER TABLE sessions DROP COLUMN lease_until;`;
