/**
 * Invitations of an account: links by which one person each joins it. Those that are open are one record,
 * so that they can be listed; each one has a record of its own, which is read by its token, and says until
 * it expires how it ended.
 * @module
 */
import type { Role } from "../core/lists.ts";
import type { Actor, AdminRecord, AdminStore, RecordWrite } from "../stores/admin.ts";
import { createEntry } from "./audit.ts";
import type { Clock } from "./clock.ts";
import { hashOf, randomText } from "./keys.ts";

export const MAX_INVITATION_MS = 7 * 86_400_000;
/** All open ones of an account are read together. */
export const MAX_OPEN_INVITATIONS = 200;

/** An invitation that can still be accepted. */
export interface OpenInvitation {
  /** The hash of its token. */
  readonly id: string;
  readonly role: Role;
  /** Who made it. */
  readonly by: Actor;
  readonly expiresAt: number;
}

export interface NewInvitation {
  /** Shown once; its hash is stored. */
  readonly token: string;
  readonly expiresAt: number;
}

/** How an invitation ended before its time. */
type Ended = "accepted" | "withdrawn";

interface Invitation {
  readonly account: string;
  readonly role: Role;
  readonly ended?: Ended;
}

/** An invitation that a token is good for, as it was read. */
export interface FoundInvitation extends Invitation {
  readonly id: string;
  readonly version: number;
  readonly expiresAt: number;
}

interface OpenList {
  readonly open: readonly OpenInvitation[];
  readonly version: number;
}

const recordId = (id: string) => `invitation/${id}`;
const listId = (account: string) => `invitations/${account}`;

export class Invitations {
  readonly #admin: AdminStore;
  readonly #clock: Clock;

  constructor(admin: AdminStore, clock: Clock) {
    this.#admin = admin;
    this.#clock = clock;
  }

  /** Those that are open, in the order in which they were made. */
  async list(account: string): Promise<readonly OpenInvitation[]> {
    return (await this.#open(account)).open;
  }

  /**
   * @param ttlMs {@link MAX_INVITATION_MS} at most
   * @returns "full": the account has {@link MAX_OPEN_INVITATIONS}
   */
  async create(
    account: string,
    role: Role,
    ttlMs: number,
    by: Actor,
  ): Promise<NewInvitation | "full"> {
    const token = randomText(24);
    const id = await hashOf(token);
    for (;;) {
      const now = this.#clock.now();
      const { open, version } = await this.#open(account);
      if (open.length >= MAX_OPEN_INVITATIONS) return "full";
      const expiresAt = now + Math.min(ttlMs, MAX_INVITATION_MS);
      const body: Invitation = { account, role };
      const writes = [
        { id: recordId(id), expectedVersion: 0, body, expiresAt },
        listWrite(account, version, [...open, { id, role, by, expiresAt }]),
      ];
      const to = { role, expiresAt: new Date(expiresAt).toISOString() };
      const entry = createEntry(now, { by, action: "person_invited", target: id, to });
      if (await this.#admin.commit(account, writes, [entry])) return { token, expiresAt };
    }
  }

  /** Ends an invitation. `null`: none of this id is open. */
  async withdraw(account: string, id: string, by: Actor): Promise<OpenInvitation | null> {
    for (;;) {
      const invitation = (await this.list(account)).find((each) => each.id === id);
      if (!invitation) return null;
      const found = await this.#read(id);
      if (typeof found === "string") return null;
      const from = {
        role: invitation.role,
        expiresAt: new Date(invitation.expiresAt).toISOString(),
      };
      const entry = createEntry(this.#clock.now(), {
        by,
        action: "invitation_withdrawn",
        target: id,
        from,
      });
      const writes = await this.ending(found, "withdrawn");
      if (await this.#admin.commit(account, writes, [entry])) return invitation;
    }
  }

  /** What a token is good for; "unknown": for nothing, or no longer. */
  async find(token: string): Promise<FoundInvitation | Ended | "unknown"> {
    return this.#read(await hashOf(token));
  }

  /** Which invitation a token is or was good for, and how it ended; `null`: none, or one of long ago. */
  async originOf(token: string) {
    const id = await hashOf(token);
    const [record] = await this.#admin.records([recordId(id)]);
    if (!record) return null;
    const { account, role, ended } = record.body as Invitation;
    return { id, account, role, problem: ended ?? "expired" };
  }

  async #read(id: string): Promise<FoundInvitation | Ended | "unknown"> {
    const [record] = await this.#admin.records([recordId(id)]);
    if (!record || (record.expiresAt ?? 0) <= this.#clock.now()) return "unknown";
    const invitation = record.body as Invitation;
    const { version, expiresAt } = record as AdminRecord & { expiresAt: number };
    return invitation.ended ?? { ...invitation, id, version, expiresAt };
  }

  /** What a commit writes that ends the invitation. */
  async ending(found: FoundInvitation, ended: Ended): Promise<readonly RecordWrite[]> {
    const { id, version: expectedVersion, account, role, expiresAt } = found;
    const body: Invitation = { account, role, ended };
    const { open, version } = await this.#open(account);
    const left = open.filter((each) => each.id !== id);
    return [
      { id: recordId(id), expectedVersion, body, expiresAt },
      // One from before there was a list is not in it.
      ...(left.length < open.length ? [listWrite(account, version, left)] : []),
    ];
  }

  async #open(account: string): Promise<OpenList> {
    const [record] = await this.#admin.records([listId(account)]);
    const now = this.#clock.now();
    const all = (record?.body ?? []) as readonly OpenInvitation[];
    return { open: all.filter(({ expiresAt }) => expiresAt > now), version: record?.version ?? 0 };
  }
}

/** It is never deleted: with a list that begins again at version 1, a change could be lost. */
function listWrite(
  account: string,
  expectedVersion: number,
  open: readonly OpenInvitation[],
): RecordWrite {
  return { id: listId(account), expectedVersion, body: open, expiresAt: null };
}
