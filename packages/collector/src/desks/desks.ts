/**
 * The desks of all accounts, as admins have set them up. An id is unique in the deployment, since a desk's
 * own webhook names it in its address and carries no key.
 * @module
 */
import { createEntry } from "../engine/audit.ts";
import type { Clock } from "../engine/clock.ts";
import type { Actor, AdminRecord, AdminStore, RecordWrite } from "../stores/admin.ts";
import type { DeskKind } from "./desk.ts";
import type { Fact } from "./fact.ts";
import { EMPTY_MAPPING, type Mapping } from "./mapping.ts";

export const MAX_DESKS = 20;
export const MAX_SECRETS = 4;

export interface DeskConfig {
  readonly kind: string;
  /** Any of them verifies a message; several while one is being replaced. */
  readonly secrets: readonly string[];
  /** `null`: the desk is told nothing. */
  readonly outbound: (Readonly<Record<string, unknown>> & { readonly baseUrl: string }) | null;
  /** Nothing is sent to the desk. */
  readonly dryRun: boolean;
  /** What differs from the kind's own. */
  readonly mapping: Partial<Mapping>;
}

export interface ConfiguredDesk extends DeskConfig {
  readonly id: string;
  readonly account: string;
  readonly createdAt: number;
  /**
   * What triggers and timers changed before is not written: the desk was in a dry run then, or had no `outbound`.
   */
  readonly toldFrom: number;
}

const deskId = (id: string) => `desk/${id}`;
const listId = (account: string) => `desks/${account}`;

export class Desks {
  readonly #admin: AdminStore;
  readonly #clock: Clock;
  readonly #kinds: ReadonlyMap<string, DeskKind>;

  constructor(admin: AdminStore, clock: Clock, kinds: readonly DeskKind[]) {
    this.#admin = admin;
    this.#clock = clock;
    this.#kinds = new Map(kinds.map((kind) => [kind.name, kind]));
  }

  get kinds(): readonly string[] {
    return [...this.#kinds.keys()];
  }

  kind(name: string): DeskKind | null {
    return this.#kinds.get(name) ?? null;
  }

  /** A desk's words: the kind's own, and what an admin has added. */
  mappingOf({ id, kind, mapping }: ConfiguredDesk): Mapping {
    const own = this.kind(kind)?.mapping ?? {};
    const prefix = mapping.prefix ?? own.prefix ?? `${id}-`;
    const tables = (["status", "priority", "group", "agent"] as const).map(
      (name) => [name, joinTables(own[name], mapping[name])] as const,
    );
    return { ...EMPTY_MAPPING, ...Object.fromEntries(tables), prefix };
  }

  /** What a message of the desk means. */
  factsOf(desk: ConfiguredDesk, body: unknown, receivedAt: number): readonly Fact[] {
    const { source } = this.kind(desk.kind) ?? {};
    const facts = source?.decode(body, this.mappingOf(desk), receivedAt) ?? [];
    return this.withoutOwnTags(desk, facts);
  }

  /** Facts without the tags by which the desk shows presence. */
  withoutOwnTags({ kind, outbound }: DeskConfig, facts: readonly Fact[]): readonly Fact[] {
    const own = (outbound && this.kind(kind)?.sink.ownTags?.(outbound)) ?? [];
    return own.length === 0 ? facts : facts.map((fact) => withoutTags(fact, own));
  }

  /** What leads to the desk, without its credentials; `null` if it is told nothing, `{}` if its kind is not known. */
  shownOutbound({ kind: name, outbound }: DeskConfig): Readonly<Record<string, unknown>> | null {
    const kind = this.kind(name);
    if (!outbound || !kind) return outbound && {};
    const credentials: readonly string[] = kind.credentials;
    const shown = Object.entries(outbound).filter(([field]) => !credentials.includes(field));
    return Object.fromEntries(shown);
  }

  async byId(id: string): Promise<ConfiguredDesk | null> {
    const [record] = await this.#admin.records([deskId(id)]);
    return (record?.body as ConfiguredDesk | undefined) ?? null;
  }

  async list(account: string): Promise<readonly ConfiguredDesk[]> {
    const { ids } = await this.#ids(account);
    const records = await this.#admin.records(ids.map(deskId));
    return records.flatMap((record) => (record ? [record.body as ConfiguredDesk] : []));
  }

  /** Creates or replaces a desk. "taken": another account has this id; "full": there are {@link MAX_DESKS}. */
  async put(
    account: string,
    id: string,
    change: (before: ConfiguredDesk | null) => DeskConfig,
    by: Actor,
  ): Promise<ConfiguredDesk | "taken" | "full"> {
    for (;;) {
      const [record = null] = await this.#admin.records([deskId(id)]);
      const before = record ? (record.body as ConfiguredDesk) : null;
      if (before && before.account !== account) return "taken";
      const { ids, write } = await this.#ids(account);
      if (!before && ids.length >= MAX_DESKS) return "full";
      const now = this.#clock.now();
      const config = change(before);
      const toldFrom = isTold(before) ? before.toldFrom : now;
      const desk = { ...config, id, account, createdAt: before?.createdAt ?? now, toldFrom };
      const entry = createEntry(now, {
        by,
        action: before ? "desk_changed" : "desk_created",
        target: id,
        ...(before && { from: shown(before) }),
        to: shown(desk),
      });
      const writes = [writeOf(deskId(id), record, desk), ...(before ? [] : [write([...ids, id])])];
      if (await this.#admin.commit(account, writes, [entry])) return desk;
    }
  }

  /** `false`: the account has no such desk. */
  async remove(account: string, id: string, by: Actor): Promise<boolean> {
    for (;;) {
      const [record = null] = await this.#admin.records([deskId(id)]);
      const before = record ? (record.body as ConfiguredDesk) : null;
      if (!record || before?.account !== account) return false;
      const { ids, write } = await this.#ids(account);
      const entry = createEntry(this.#clock.now(), {
        by,
        action: "desk_removed",
        target: id,
        from: shown(before),
      });
      const rest = ids.filter((each) => each !== id);
      const writes = [writeOf(record.id, record, null), write(rest)];
      if (await this.#admin.commit(account, writes, [entry])) return true;
    }
  }

  async #ids(account: string) {
    const [record = null] = await this.#admin.records([listId(account)]);
    const ids = (record?.body ?? []) as readonly string[];
    return { ids, write: (next: readonly string[]) => writeOf(listId(account), record, next) };
  }
}

/** The words of both, blind to case: those of `added` count. */
function joinTables(
  own: Readonly<Record<string, string>> = {},
  added: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const words = new Set(Object.keys(added).map((word) => word.toLowerCase()));
  const kept = Object.entries(own).filter(([word]) => !words.has(word.toLowerCase()));
  return { ...Object.fromEntries(kept), ...added };
}

function isTold(desk: ConfiguredDesk | null): desk is ConfiguredDesk {
  return desk !== null && desk.outbound !== null && !desk.dryRun;
}

function withoutTags(fact: Fact, own: readonly string[]): Fact {
  if (fact.kind !== "event" || fact.event.type !== "ticket_updated") return fact;
  const { tags, ...others } = fact.event.ticket;
  if (tags === undefined) return fact;
  const ticket = { ...others, tags: tags.filter((tag) => !own.includes(tag)) };
  return { ...fact, event: { type: "ticket_updated", ticket } };
}

function writeOf(id: string, record: AdminRecord | null, body: unknown): RecordWrite {
  return { id, expectedVersion: record?.version ?? 0, body, expiresAt: null };
}

/** For the audit log: no secret, no credential, and of an address only where it points. */
function shown({ kind, secrets, outbound, dryRun, mapping }: DeskConfig) {
  const origin = outbound && originOf(outbound.baseUrl);
  return { kind, secrets: secrets.length, outbound: origin, dryRun, mapping };
}

export function originOf(url: unknown): string | null {
  return typeof url === "string" && URL.canParse(url) ? new URL(url).origin : null;
}
