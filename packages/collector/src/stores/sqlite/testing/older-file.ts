/**
 * Makes a SQLite file of the present version one of an earlier version, as that version wrote it.
 */
import { DatabaseSync } from "node:sqlite";

/** The version whose migration adds the indexes of lists. */
export const LISTED_SINCE = 11;

/** Undoes the step that added indexes of lists. */
const WITHOUT_LISTS = `
  DROP INDEX sessions_by_change;
  DROP INDEX sessions_queue;
  DROP TABLE terms;
  ALTER TABLE sessions DROP COLUMN changed_at;
  ALTER TABLE sessions ADD COLUMN user TEXT;
  UPDATE sessions SET user = json_extract(body, '$[3]');
  CREATE INDEX sessions_user ON sessions (account, user) WHERE user IS NOT NULL;
  CREATE INDEX sessions_queue ON sessions (account, queued_at) WHERE queue > 0;`;

/** @param undo statements that undo further steps */
export function makeOlder(path: string, version: number, undo = ""): void {
  const database = new DatabaseSync(path);
  const { user_version: now } = database.prepare("PRAGMA user_version").get() ?? {};
  if (!(Number(now) > version)) throw new Error(`The file has version ${now}, not a later one.`);
  database.exec(`${WITHOUT_LISTS} ${undo} PRAGMA user_version = ${version}`);
  database.close();
}
