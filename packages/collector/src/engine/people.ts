/**
 * People of an account: who they are, what they may do, and how they come in, by an invitation that is
 * good once. All people of an account are one record, so that two changes at the same time cannot
 * remove its last admin.
 * @module
 */
import type { Role } from "../core/lists.ts";
import type { Actor, AdminRecord, AdminStore, AuditEntry, RecordWrite } from "../stores/admin.ts";
import { DEFAULT_ACCOUNT } from "./accounts.ts";
import { createEntry } from "./audit.ts";
import type { Clock } from "./clock.ts";
import { Invitations } from "./invitations.ts";
import { hashOf, randomText } from "./keys.ts";
import type { Passwords } from "./passwords.ts";

/** A request by a person reads all of their account. */
export const MAX_PEOPLE = 200;
export const MIN_PASSWORD_LENGTH = 12;

export interface Person {
  readonly id: string;
  /** As the person wrote it. */
  readonly email: string;
  readonly role: Role;
  readonly passwordHash: string;
  /** Increases when the person signs out everywhere: sign-ins of an earlier one do not count. */
  readonly epoch: number;
  readonly createdAt: number;
}

interface AccountPeople {
  readonly people: readonly Person[];
  readonly record: AdminRecord | null;
}

interface PersonChange {
  /** `null`: the person is removed. */
  readonly changed: Person | null;
  readonly audit: readonly AuditEntry[];
}

export type AcceptOutcome =
  | { readonly account: string; readonly person: Person }
  | "unknown"
  | "accepted"
  | "withdrawn"
  | "email_taken"
  | "full";

export function actorOf({ id, email }: Person): Actor {
  return { person: id, name: email };
}

const peopleId = (account: string) => `people/${account}`;

/** An address is the same in capitals. It is unique in the deployment, since people sign in by it. */
async function emailId(email: string): Promise<string> {
  return `email/${await hashOf(email.normalize("NFKC").toLowerCase())}`;
}

export interface PeopleOptions {
  readonly admin: AdminStore;
  readonly clock: Clock;
  readonly passwords: Passwords;
}

export class People {
  readonly invitations: Invitations;
  readonly #admin: AdminStore;
  readonly #clock: Clock;
  readonly #passwords: Passwords;

  constructor({ admin, clock, passwords }: PeopleOptions) {
    this.#admin = admin;
    this.#clock = clock;
    this.#passwords = passwords;
    this.invitations = new Invitations(admin, clock);
  }

  async list(account: string): Promise<readonly Person[]> {
    return (await this.#read(account)).people;
  }

  async byId(account: string, id: string): Promise<Person | null> {
    return (await this.list(account)).find((person) => person.id === id) ?? null;
  }

  /** The person with this address, in whichever account. */
  async byEmail(email: string): Promise<{ account: string; person: Person } | null> {
    const [found] = await this.#admin.records([await emailId(email)]);
    // An address that nobody has is followed by a second reading, too, so that the time does not tell.
    const nobody = { account: DEFAULT_ACCOUNT, person: "" };
    const { account, person: id } = (found?.body ?? nobody) as typeof nobody;
    const person = await this.byId(account, id);
    return person && { account, person };
  }

  async #read(account: string): Promise<AccountPeople> {
    const [record = null] = await this.#admin.records([peopleId(account)]);
    return { record, people: (record?.body ?? []) as readonly Person[] };
  }

  /** Makes the holder of an invitation a person of its account. */
  async accept(token: string, email: string, password: string): Promise<AcceptOutcome> {
    const found = await this.invitations.find(token);
    if (typeof found === "string") return found;
    const passwordHash = await this.#passwords.hash(password);
    for (;;) {
      const invitation = await this.invitations.find(token);
      if (typeof invitation === "string") return invitation;
      const { account, role } = invitation;
      const { people, record } = await this.#read(account);
      const address = await emailId(email);
      const [known] = await this.#admin.records([address]);
      if (known) return "email_taken";
      if (people.length >= MAX_PEOPLE) return "full";
      const now = this.#clock.now();
      const person = { id: randomText(9), email, role, passwordHash, epoch: 0, createdAt: now };
      const writes = [
        ...(await this.invitations.ending(invitation, "accepted")),
        { id: address, expectedVersion: 0, body: { account, person: person.id }, expiresAt: null },
        this.#writeOf(account, record, [...people, person]),
      ];
      const entry = createEntry(now, {
        by: actorOf(person),
        action: "person_joined",
        target: person.id,
        to: { email, role },
      });
      if (await this.#admin.commit(account, writes, [entry])) return { account, person };
    }
  }

  #writeOf(account: string, record: AdminRecord | null, people: readonly Person[]): RecordWrite {
    const expectedVersion = record?.version ?? 0;
    return { id: peopleId(account), expectedVersion, body: people, expiresAt: null };
  }

  /** `null`: there is no such person; "last_admin": the account would be without one. */
  setRole(account: string, id: string, role: Role, by: Actor) {
    return this.#change(account, id, (person, now) => {
      const change = { from: { role: person.role }, to: { role } };
      return {
        changed: { ...person, role },
        audit:
          person.role === role
            ? []
            : [createEntry(now, { by, action: "person_changed", target: id, ...change })],
      };
    });
  }

  /**
   * Gives a person another password, and ends all their sign-ins. `null`: the person is no longer there, or
   * has another password than `person` had.
   */
  async setPassword(account: string, person: Person, password: string): Promise<Person | null> {
    const passwordHash = await this.#passwords.hash(password);
    const by = actorOf(person);
    const outcome = await this.#change(account, person.id, (current, now) =>
      current.passwordHash === person.passwordHash
        ? {
            changed: { ...current, passwordHash, epoch: current.epoch + 1 },
            audit: [createEntry(now, { by, action: "password_changed", target: person.id })],
          }
        : null,
    );
    return outcome === "last_admin" ? null : outcome;
  }

  /** Ends all sign-ins of the person. */
  signOutEverywhere(account: string, id: string, by: Actor) {
    return this.#change(account, id, (person, now) => ({
      changed: { ...person, epoch: person.epoch + 1 },
      audit: [createEntry(now, { by, action: "signed_out_everywhere", target: id })],
    }));
  }

  remove(account: string, id: string, by: Actor) {
    return this.#change(account, id, (person, now) => {
      const from = { email: person.email, role: person.role };
      return {
        changed: null,
        audit: [createEntry(now, { by, action: "person_removed", target: id, from })],
      };
    });
  }

  async #change(
    account: string,
    id: string,
    change: (person: Person, now: number) => PersonChange | null,
  ): Promise<Person | "last_admin" | null> {
    for (;;) {
      const { people, record } = await this.#read(account);
      const person = people.find((each) => each.id === id);
      if (!person) return null;
      const wanted = change(person, this.#clock.now());
      if (!wanted) return null;
      const { changed, audit } = wanted;
      const left = people.flatMap((each) => (each === person ? (changed ?? []) : each));
      if (isWithoutAdmin(left) && !isWithoutAdmin(people)) return "last_admin";
      const writes = [this.#writeOf(account, record, left)];
      if (!changed) writes.push(...(await this.#forget(person)));
      if (await this.#admin.commit(account, writes, audit)) return changed ?? person;
    }
  }

  async #forget({ email }: Person): Promise<readonly RecordWrite[]> {
    const [found] = await this.#admin.records([await emailId(email)]);
    if (!found) return [];
    return [{ id: found.id, expectedVersion: found.version, body: null, expiresAt: null }];
  }
}

function isWithoutAdmin(people: readonly Person[]): boolean {
  return !people.some(({ role }) => role === "admin");
}
