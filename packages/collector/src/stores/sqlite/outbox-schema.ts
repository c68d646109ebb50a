/**
 * The tables of the webhook outbox.
 * @module
 */

export const OUTBOX_TABLES = `
   CREATE TABLE webhooks (
     account TEXT NOT NULL,
     id TEXT NOT NULL,
     name TEXT NOT NULL,
     body TEXT NOT NULL,
     cursor INTEGER NOT NULL,
     paused_until INTEGER,
     owner TEXT,
     claimed_until INTEGER NOT NULL DEFAULT 0,
     PRIMARY KEY (account, id),
     UNIQUE (account, name)
   ) WITHOUT ROWID;

   CREATE TABLE webhook_waiting (
     account TEXT NOT NULL,
     endpoint TEXT NOT NULL,
     session TEXT NOT NULL,
     session_created_at INTEGER NOT NULL,
     resends TEXT NOT NULL,
     next_seq INTEGER NOT NULL,
     attempts INTEGER NOT NULL,
     waiting_since INTEGER NOT NULL,
     next_attempt_at INTEGER NOT NULL,
     PRIMARY KEY (account, endpoint, session, session_created_at)
   ) WITHOUT ROWID;
   CREATE INDEX webhook_waiting_due ON webhook_waiting (account, endpoint, next_attempt_at);
   CREATE INDEX webhook_waiting_session ON webhook_waiting (account, session);

   CREATE TABLE webhook_deliveries (
     position INTEGER PRIMARY KEY AUTOINCREMENT,
     account TEXT NOT NULL,
     endpoint TEXT NOT NULL,
     session TEXT NOT NULL,
     session_created_at INTEGER NOT NULL,
     seq INTEGER NOT NULL,
     status TEXT NOT NULL,
     attempts INTEGER NOT NULL,
     updated_at INTEGER NOT NULL,
     response INTEGER,
     error TEXT,
     next_attempt_at INTEGER,
     UNIQUE (account, session, session_created_at, seq, endpoint)
   );
   CREATE INDEX webhook_deliveries_status ON webhook_deliveries (account, endpoint, status, position);
   CREATE INDEX webhook_deliveries_list ON webhook_deliveries (account, endpoint, position);`;
