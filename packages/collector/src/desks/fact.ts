/**
 * What a help desk reports, in the words of this product. A desk's own file translates its messages into
 * these; everything after that is the same for all desks.
 * @module
 */
import type { EndedBy } from "../core/lists.ts";
import type { TicketPatch } from "../core/session.ts";

/** What a fact is about, by the desk's own ids. */
export type Ref =
  | { readonly conversation: string }
  | { readonly ticket: string }
  | { readonly user: string };

/** What happened in a conversation, as `POST /v1/sessions/{id}/events` takes it. */
export type DeskEvent =
  | { readonly type: "end_user_message" }
  | { readonly type: "agent_message" }
  | { readonly type: "activity" }
  | { readonly type: "ticket_updated"; readonly ticket: TicketPatch }
  | { readonly type: "assigned"; readonly agent: string }
  | { readonly type: "unassigned" }
  | { readonly type: "session_ended"; readonly by: EndedBy }
  /** The conversation's first message came over this channel. */
  | { readonly type: "channel"; readonly channel: string };

export type Fact = {
  /**
   * The same for each copy of the desk's message; `null`: it tells how things stand, and a copy changes
   * nothing.
   */
  readonly id: string | null;
  /** When it happened, in epoch milliseconds. */
  readonly at: number;
} & (
  | { readonly kind: "event"; readonly ref: Ref; readonly event: DeskEvent }
  /** The conversation exists, with its ticket, user and channel as far as they are known. */
  | {
      readonly kind: "link";
      readonly conversation: string;
      readonly ticket: string | null;
      readonly user?: string;
      readonly channel?: string;
    }
  /** The ticket is of a channel without a page, such as e-mail: what is reported of it is not kept. */
  | { readonly kind: "elsewhere"; readonly ticket: string }
  /** The desk itself holds that the visitor has gone or fallen silent: it is compared, and changes nothing. */
  | { readonly kind: "inactive"; readonly ref: Ref }
  /** The page stamped this SHA-256 of its secret onto the conversation, or onto its ticket; in hex. */
  | { readonly kind: "bind"; readonly conversation: string; readonly hash: string }
  | { readonly kind: "bind"; readonly ticket: string; readonly hash: string }
  /** Two conversations are one. */
  | { readonly kind: "merge"; readonly from: string; readonly into: string }
  /** Two users are one: the sessions of `from` are those of `into`; none of them is merged. */
  | { readonly kind: "merge_users"; readonly from: string; readonly into: string }
  | { readonly kind: "erase"; readonly ref: Ref }
  | { readonly kind: "agent"; readonly agent: string; readonly capacity: number }
);
