/**
 * What the indexes of the SQLite file can do for lists.
 * @module
 */
import type { SQLInputValue } from "node:sqlite";
import {
  PRESENCES,
  type Presence,
  QUEUE_STANDINGS,
  type QueueStanding,
  STATES,
  type State,
} from "../../core/lists.ts";
import {
  type Candidate,
  type ListOrder,
  type ListPosition,
  type ListSource,
  termOf,
} from "../list.ts";
import type { Stored } from "../store.ts";
import type { SessionRow } from "./session-row.ts";
import type { Statements } from "./statements.ts";
import { sessionTermHash } from "./term-rows.ts";

interface ListedRow extends SessionRow {
  changed_at: number;
  queued_at: number | null;
  state: number;
  presence: number;
  queue: number;
  assignee: string | null;
  grp: string | null;
}

export class SessionLists implements ListSource {
  readonly #statements: Statements;
  readonly #account: number;
  readonly #toStored: (row: SessionRow) => Stored;

  constructor(statements: Statements, account: number, toStored: (row: SessionRow) => Stored) {
    this.#statements = statements;
    this.#account = account;
    this.#toStored = toStored;
  }

  async walk(sort: ListOrder, after: ListPosition | null, limit: number) {
    const { walkById, walkByChange, walkByWait } = this.#statements;
    const { at, id } = after ?? { at: 0, id: "" };
    const account = this.#account;
    const rows =
      sort === "id"
        ? walkById.all({ account, id, limit })
        : (sort === "changed" ? walkByChange : walkByWait).all({ account, at, id, limit });
    return rows.map((row) => this.#toCandidate(row as unknown as ListedRow));
  }

  async pick(filter: Parameters<ListSource["pick"]>[0], limit: number) {
    for (const ids of this.#indexesFor(filter, limit)) {
      const found = ids();
      if (found.length < limit) return found;
    }
    return null;
  }

  /** The indexes that help, the narrowest first. */
  *#indexesFor(filter: Parameters<ListSource["pick"]>[0], limit: number) {
    const { idsByTerm, idsByAssignee, idsInQueue, idsByChange } = this.#statements;
    const ids = (statement: Statements["idsByTerm"], ...parameters: SQLInputValue[]) =>
      statement.all(...parameters, limit).map((row) => row["id"] as string);
    const account = this.#account;
    const { assignee, queue, sort, changedAfter, changedBefore } = filter;
    const term = termOf(filter);
    if (term !== null) yield () => ids(idsByTerm, sessionTermHash(account, term), account);
    if (assignee !== undefined) yield () => ids(idsByAssignee, account, assignee);
    if (queue !== undefined && queue !== "none" && sort !== "waiting") {
      yield () => ids(idsInQueue, account);
    }
    if ((changedAfter !== undefined || changedBefore !== undefined) && sort !== "changed") {
      const before = changedBefore ?? Number.MAX_SAFE_INTEGER;
      yield () => ids(idsByChange, account, changedAfter ?? -1, before);
    }
  }

  async load(ids: readonly string[]) {
    return ids.flatMap((id) => {
      const row = this.#statements.listed.get(this.#account, id);
      return row ? this.#toCandidate(row as unknown as ListedRow) : [];
    });
  }

  #toCandidate(row: ListedRow): Candidate {
    const toStored = this.#toStored;
    return {
      id: row.id,
      changedAt: row.changed_at,
      queuedAt: row.queued_at,
      columns: {
        state: STATES[row.state] as State,
        presence: PRESENCES[row.presence] as Presence,
        queue: QUEUE_STANDINGS[row.queue] as QueueStanding,
        assignee: row.assignee,
        group: row.grp,
      },
      get stored() {
        return toStored(row);
      },
    };
  }
}
