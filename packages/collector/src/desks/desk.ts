/**
 * A help desk: how it proves who it is, what its messages mean, and how it is told how things stand.
 * Each desk is one value of this type; the rest of the folder is the same for all.
 * @module
 */
import type { z } from "@hono/zod-openapi";
import type { Reason, TicketPriority, TicketStatus } from "../core/lists.ts";
import type { Fact } from "./fact.ts";
import type { Mapping } from "./mapping.ts";

/** `stale`: the signature is right and too old, so it may be a copy of an earlier request. */
export type Verdict = "ok" | "forged" | "stale";

/** A request that a desk has sent. */
export interface InboundRequest {
  readonly headers: Headers;
  readonly raw: Uint8Array<ArrayBuffer>;
  /** The last part of the path, for desks that sign nothing; `null` without one. */
  readonly pathSecret: string | null;
}

/** Pure and total: a body that it does not know gives no facts, and never an error. */
export interface Source {
  /** @param nowMs epoch milliseconds */
  verify(request: InboundRequest, secrets: readonly string[], nowMs: number): Promise<Verdict>;
  /** @param receivedAt for facts whose time the desk does not tell */
  decode(body: unknown, mapping: Mapping, receivedAt: number): readonly Fact[];
}

/** How things stand with one conversation, for a desk. */
export interface Standing {
  /** The desk's own id. */
  readonly conversation: string;
  readonly ticket: string | null;
  readonly presence: "online" | "offline";
  readonly reason: Reason;
  /** What triggers and timers have changed since the desk was last told, as it is now. */
  readonly changed: Changed;
}

export interface Changed {
  readonly status?: TicketStatus;
  readonly priority?: TicketPriority | null;
  readonly group?: string | null;
  readonly tags?: { readonly added: readonly string[]; readonly removed: readonly string[] };
}

/** What the desk was last told about a conversation, and answered well. */
export interface Written {
  readonly presence: "online" | "offline";
  readonly reason: Reason;
}

export interface DeskAnswer {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; `null` if it is none, or too large. */
  readonly body: unknown;
}

/**
 * What comes after an answer: the next request, or the end.
 * `gone`: there is no such conversation any more. `misconfigured`: nothing that is sent will be accepted
 * until an admin has changed something.
 */
export type Step = DeskCall | "done" | "retry" | "gone" | "misconfigured";

export interface DeskCall {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the desk's `baseUrl`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON; missing: there is no body. */
  readonly body?: unknown;
  /** Asked for any answer but 401, 403, 429 and 5xx, which mean the same for every desk. */
  readonly next: (answer: DeskAnswer) => Step;
}

/** Told how things stand, not each change, so that nothing is written twice or too late. */
export interface Sink<Outbound> {
  /** The part of what has changed that the desk has words for, and may be told. */
  tellable(changed: Changed, outbound: Outbound, mapping: Mapping): Changed;
  /** The first request, or `null` if the desk knows everything. At most 5 are made in a row. */
  call(
    now: Standing,
    written: Written | null,
    outbound: Outbound,
    mapping: Mapping,
  ): DeskCall | null;
  /**
   * What the answer to a `GET` says of the conversation or its ticket, for desks that lose messages: facts as `decode`
   * returns them. Those of its ticket's fields and its assignee count where the desk's messages said otherwise before.
   * @param readAt for facts whose time the answer does not tell
   */
  readBack?(body: unknown, mapping: Mapping, readAt: number): readonly Fact[];
  /** Tags by which the desk shows presence, if it does so by tags: it reports them, and they are none of the ticket's. */
  ownTags?(outbound: Outbound): readonly string[];
  /**
   * Assigns a conversation to an agent, or to none; missing: the desk takes no assignee by its API. `null`: it has no
   * such agent. A request that is answered with `gone` found no such agent or conversation.
   */
  assign?(
    conversation: string,
    agent: string | null,
    outbound: Outbound,
    mapping: Mapping,
  ): DeskCall | null;
  /** Where people see the conversation at the desk; `null`: that is not known. */
  addressOf?(link: Pick<Standing, "conversation" | "ticket">, outbound: Outbound): string | null;
  /** A request that changes nothing, and is accepted only where writes would be. */
  test(outbound: Outbound): DeskCall;
}

export interface DeskKind<Outbound = unknown> {
  /** As in `kind`; lower-case letters, digits, `-` and `_`. */
  readonly name: string;
  readonly source: Source;
  readonly sink: Sink<Outbound>;
  /** What an admin enters for requests to the desk. */
  readonly outbound: z.ZodType<Outbound & { readonly baseUrl: string }>;
  /** Names of the fields of `outbound` that are never shown. */
  readonly credentials: readonly (keyof Outbound & string)[];
  /** What the desk's words mean unless an admin says otherwise. */
  readonly mapping: Partial<Mapping>;
  /** The documentation describes the recipes as triggers of the desk's own: they are taken there or here, not in both. */
  readonly hasRecipes?: true;
}

/** Checks the types of a desk's file, whose default export it is. */
export function defineDesk<Outbound>(kind: DeskKind<Outbound>): DeskKind {
  return kind as DeskKind;
}
