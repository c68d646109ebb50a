/**
 * Everything that can happen to a session. Timers are not inputs: the core runs those that are due
 * before it looks at an input (rule 14), and `tick` is how the sweep says that time has passed.
 * @module
 */
import type { EndReason, TicketPatch } from "./session.ts";
import type { Settings } from "./settings.ts";

export type LivingSignalType = "open" | "beat" | "hidden" | "visible" | "freeze" | "resume";

/** A page that is alive reports. */
export interface SignalInput {
  readonly type: "signal";
  readonly signal: LivingSignalType;
  readonly page: string;
  readonly gen: number;
  readonly seq: number;
  readonly visible: boolean;
  /** The browser holds a deferred leave and sends it even if the page dies. */
  readonly armed: boolean;
}

/** The last word of a page's generation. */
export interface LeaveInput {
  readonly type: "leave";
  readonly page: string;
  readonly gen: number;
  /** What the browser knew: another page of this site is coming, or none is. */
  readonly to: "page" | "gone" | null;
}

export type Input =
  | SignalInput
  | LeaveInput
  /** A message or postback by the end user; `sentAt` may be earlier than it was received. */
  | { readonly type: "end_user_message"; readonly sentAt: number | null }
  | { readonly type: "agent_message" }
  /** Typing, reading, opening or closing the widget: not a response. */
  | { readonly type: "activity" }
  | { readonly type: "ticket_updated"; readonly ticket: TicketPatch }
  | { readonly type: "assigned"; readonly agent: string }
  /** `requeue`: back to the first place, for an agent who is full (rule 21). */
  | { readonly type: "unassigned"; readonly requeue: boolean }
  | { readonly type: "session_ended"; readonly reason: EndReason }
  /** Who and where, as the desk says; what is undefined stays. */
  | { readonly type: "described"; readonly channel?: string; readonly user?: string | null }
  /** The conversation itself carried a page's secret here; `hash` is the secret's. */
  | { readonly type: "bound"; readonly hash: string }
  | { readonly type: "settings_changed"; readonly settings: Settings }
  /** The collector could not hear from `fromAt` until now (rule 6). */
  | { readonly type: "outage"; readonly fromAt: number }
  | { readonly type: "tick" };

export type InputType = Input["type"];
