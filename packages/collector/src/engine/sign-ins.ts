/**
 * Sign-ins of people. A token stands for one, and its hash is stored. Each request reads it from the
 * store with the person, so that a sign-out or another role counts immediately and everywhere.
 * @module
 */
import type { AdminStore } from "../stores/admin.ts";
import { DEFAULT_ACCOUNT } from "./accounts.ts";
import { createEntry } from "./audit.ts";
import type { Clock } from "./clock.ts";
import { hashOf, randomText } from "./keys.ts";
import type { Passwords } from "./passwords.ts";
import { actorOf, type People, type Person } from "./people.ts";
import type { Refusals } from "./refusals.ts";
import { SignInLimit } from "./sign-in-limit.ts";

const HOUR_MS = 3_600_000;
/** A sign-in ends when it was not used for so long, */
export const IDLE_MS = 12 * HOUR_MS;
/** and at the latest after so long. */
export const MAX_AGE_MS = 7 * 24 * HOUR_MS;
/** How exactly its last use is stored: each request would write otherwise. */
const TOUCH_EVERY_MS = 5 * 60_000;

interface StoredSignIn {
  readonly account: string;
  readonly person: string;
  readonly epoch: number;
  readonly startedAt: number;
  readonly usedAt: number;
}

export interface SignedIn {
  readonly account: string;
  readonly person: Person;
  /** When it ends, if it is not used again. */
  readonly expiresAt: number;
}

export type SignInOutcome =
  | (SignedIn & { readonly token: string })
  /** No such person, or another password. */
  | "failed"
  | { readonly retryAfterMs: number };

/** As failures are counted: an address is the same in capitals. */
const nameOf = (email: string) => email.normalize("NFKC").toLowerCase();

const signInId = async (token: string) => `sign-in/${await hashOf(token)}`;

function endOf({ startedAt, usedAt }: StoredSignIn): number {
  return Math.min(usedAt + IDLE_MS, startedAt + MAX_AGE_MS);
}

export interface SignInsOptions {
  readonly admin: AdminStore;
  readonly clock: Clock;
  readonly passwords: Passwords;
  readonly people: People;
  /** Gets each refused sign-in. */
  readonly refusals: Refusals;
}

interface Found {
  readonly account: string;
  readonly person: Person;
}

export class SignIns {
  readonly #admin: AdminStore;
  readonly #clock: Clock;
  readonly #passwords: Passwords;
  readonly #people: People;
  readonly #refusals: Refusals;
  readonly #limit: SignInLimit;
  /** Verified where there is no such person, and made in any case, so that the time does not tell. */
  #decoy: Promise<string> | null = null;

  constructor({ admin, clock, passwords, people, refusals }: SignInsOptions) {
    this.#admin = admin;
    this.#clock = clock;
    this.#passwords = passwords;
    this.#people = people;
    this.#refusals = refusals;
    this.#limit = new SignInLimit(admin, clock);
  }

  /** @param address where the request came from; its failures are counted */
  async signIn(email: string, password: string, address: string): Promise<SignInOutcome> {
    const attempt = await this.#limit.begin(nameOf(email), address);
    if (typeof attempt === "number") {
      // Before the person is read: the time of this answer is the same for every name.
      await this.#refused(null, address);
      return { retryAfterMs: attempt };
    }
    const found = await this.#people.byEmail(email);
    this.#decoy ??= this.#passwords.hash(randomText(16));
    const decoy = await this.#decoy;
    const hash = found?.person.passwordHash ?? decoy;
    const isRight = await this.#passwords.verify(password, hash);
    if (!found || !isRight) {
      await this.#refused(found, address);
      return "failed";
    }
    await attempt.succeeded();
    return this.start(found.account, found.person);
  }

  /** What was typed as a name is not kept if it is no person's: it may be a password. */
  async #refused(found: Found | null, address: string): Promise<void> {
    await this.#refusals.add(found?.account ?? DEFAULT_ACCOUNT, {
      action: "sign_in_refused",
      by: { address },
      target: found?.person.id ?? null,
      to: { email: found?.person.email ?? null },
    });
  }

  /**
   * Another password for a person who knows the current one. All sign-ins of the person end, and a new one
   * begins. Wrong passwords count as failed sign-ins do.
   */
  async changePassword(
    { account, person }: SignedIn,
    { present, wanted }: { readonly present: string; readonly wanted: string },
    address: string,
  ): Promise<SignInOutcome> {
    const attempt = await this.#limit.begin(nameOf(person.email), address);
    if (typeof attempt === "number") {
      await this.#passwordRefused(account, person);
      return { retryAfterMs: attempt };
    }
    if (!(await this.#passwords.verify(present, person.passwordHash))) {
      await this.#passwordRefused(account, person);
      return "failed";
    }
    await attempt.succeeded();
    const changed = await this.#people.setPassword(account, person, wanted);
    return changed ? this.start(account, changed) : "failed";
  }

  async #passwordRefused(account: string, person: Person): Promise<void> {
    await this.#refusals.add(account, {
      action: "request_refused",
      by: actorOf(person),
      target: "PUT /v1/sign-in/password",
      to: { problem: "password_wrong" },
    });
  }

  /** A new sign-in of a person whose identity was checked. */
  async start(account: string, person: Person): Promise<SignedIn & { readonly token: string }> {
    const now = this.#clock.now();
    const token = randomText(32);
    const { epoch, id } = person;
    const body: StoredSignIn = { account, person: id, epoch, startedAt: now, usedAt: now };
    const expiresAt = endOf(body);
    const write = { id: await signInId(token), expectedVersion: 0, body, expiresAt };
    const entry = createEntry(now, { by: actorOf(person), action: "signed_in", target: id });
    await this.#admin.commit(account, [write], [entry]);
    return { token, account, person, expiresAt };
  }

  /** Who has this token; `null`: it is unknown or has ended, or the person is no longer there. */
  async find(token: string): Promise<SignedIn | null> {
    const [record] = await this.#admin.records([await signInId(token)]);
    if (!record) return null;
    const signIn = record.body as StoredSignIn;
    const now = this.#clock.now();
    if (endOf(signIn) <= now) return null;
    const person = await this.#people.byId(signIn.account, signIn.person);
    if (!person || person.epoch !== signIn.epoch) return null;
    const isFresh = now - signIn.usedAt < TOUCH_EVERY_MS;
    const used = isFresh ? signIn : { ...signIn, usedAt: now };
    const expiresAt = endOf(used);
    if (!isFresh) {
      const { id, version } = record;
      // Where another request was faster, it has stored the same.
      await this.#admin.commit(
        signIn.account,
        [{ id, expectedVersion: version, body: used, expiresAt }],
        [],
      );
    }
    return { account: signIn.account, person, expiresAt };
  }

  async signOut(token: string): Promise<void> {
    const id = await signInId(token);
    for (;;) {
      const [record] = await this.#admin.records([id]);
      if (!record) return;
      const { account, person: personId } = record.body as StoredSignIn;
      const person = await this.#people.byId(account, personId);
      const write = { id, expectedVersion: record.version, body: null, expiresAt: null };
      const by = person && actorOf(person);
      const entry = { action: "signed_out", target: personId } as const;
      const audit = by ? [createEntry(this.#clock.now(), { by, ...entry })] : [];
      if (await this.#admin.commit(account, [write], audit)) return;
    }
  }
}
