/**
 * The inputs of a session: everything that can happen to it. Timers are not inputs: the core runs
 * those that are due before it applies an input (rule 14); the sweep sends `tick` to run them.
 * @module
 */
import type { Link } from "./links.ts";
import type { EndReason, LeaveDestination, LivingSignalType } from "./lists.ts";
import type { Session, TicketPatch } from "./session.ts";
import type { Settings } from "./settings.ts";

/** A signal of a living page. */
export interface SignalInput {
  readonly type: "signal";
  readonly signal: LivingSignalType;
  readonly page: string;
  readonly gen: number;
  readonly seq: number;
  readonly visible: boolean;
  /** The browser holds a deferred leave and sends it even if the page dies. */
  readonly armed: boolean;
  /** The proof with which the page speaks, under an opaque name: see admission.ts. */
  readonly openedBy?: string;
}

/** The last signal of a page's generation. */
export interface LeaveInput {
  readonly type: "leave";
  readonly page: string;
  readonly gen: number;
  /** Whether another page of this site follows, as far as the browser knows; `null` if unknown. */
  readonly to: LeaveDestination | null;
}

/** When an event happened, as far as the desk says; missing, or later than its receipt: then. */
export interface DeskTime {
  readonly happenedAt?: number;
}

/** A message in the chat. */
export interface ChatMessage extends DeskTime {
  /** Another desk of the conversation has reported it before. */
  readonly isCopy?: boolean;
}

export type Input =
  | SignalInput
  | LeaveInput
  /** A message or postback by the end user; `sentAt` may be earlier than its receipt. */
  | ({ readonly type: "end_user_message"; readonly sentAt: number | null } & ChatMessage)
  | ({ readonly type: "agent_message" } & ChatMessage)
  /** Typing, reading, opening or closing the widget: not a response. */
  | { readonly type: "activity" }
  | ({
      readonly type: "ticket_updated";
      readonly ticket: TicketPatch;
      /** Nothing changes where the session has a ticket already. */
      readonly onlyFirst?: boolean;
    } & DeskTime)
  | ({ readonly type: "assigned"; readonly agent: string } & DeskTime)
  /** `requeue` restores the earlier queue position, for an agent without capacity (rule 21). */
  | ({ readonly type: "unassigned"; readonly requeue: boolean } & DeskTime)
  | ({ readonly type: "session_ended"; readonly reason: EndReason } & DeskTime)
  /** User, channel and links as the desk reports them; undefined fields stay as they are. */
  | {
      readonly type: "described";
      readonly channel?: string;
      readonly user?: string | null;
      readonly links?: readonly Link[];
      /** One more link, or another ticket of one, and the user where the session has none. */
      readonly linked?: { readonly link: Link; readonly user?: string };
    }
  /** A message of the conversation carried a page's secret; `hash` is the hash of that secret. */
  | { readonly type: "bound"; readonly hash: string }
  /** The session goes on as another (rule 26): it stops, and ends once the other has taken over. */
  | { readonly type: "merge_begun"; readonly into: string }
  /** The session takes over from `from`, as that was when it stopped. */
  | { readonly type: "merge_taken"; readonly from: Session; readonly shadow: Session | null }
  | { readonly type: "merge_cancelled" }
  | { readonly type: "merge_ended" }
  | { readonly type: "settings_changed"; readonly settings: Settings }
  /** No collector could receive signals from `fromAt` until now (rule 6). */
  | { readonly type: "outage"; readonly fromAt: number }
  /**
   * The session's account is unheard from now on (rule 6). A session that was last heard before
   * `excusedBefore` was excused by the silence before this one; missing: there was none.
   */
  | { readonly type: "unheard"; readonly excusedBefore?: number }
  /** A signal of the account was accepted again. */
  | { readonly type: "heard" }
  /** The store's wall clock was set forward by `byMs` (negative: back). */
  | { readonly type: "clock_step"; readonly byMs: number }
  | { readonly type: "tick" };

export type InputType = Input["type"];
