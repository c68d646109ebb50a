/**
 * An account's settings as the core reads them: durations in milliseconds, every value present.
 * The API takes seconds and only the values that differ from the defaults: settings-schema.ts.
 * @module
 */
import type {
  OnlineHolds,
  OnReturn,
  PresenceMode,
  ReleaseAnchor,
  Routing,
  TicketStatus,
} from "./lists.ts";
import type { Trigger } from "./trigger.ts";

export interface Settings {
  readonly presence: {
    readonly mode: PresenceMode;
    /** Buffer after a leave without a destination, or after a lease that ran out. */
    readonly bufferMs: number;
    /** Buffer after a leave of a tab that is being closed (`to: gone`). */
    readonly closeBufferMs: number;
    /** Buffer after a leave towards another page of the site (`to: page`). */
    readonly navigationBufferMs: number;
    /** Buffer after a leave towards another origin (`to: away`). */
    readonly awayBufferMs: number;
    /** How often a page is asked to beat. */
    readonly beatMs: {
      readonly waiting: number;
      readonly assigned: number;
      readonly hidden: number;
      readonly idle: number;
    };
    readonly leaseMs: {
      /** `null`: 1.5 times the page's beat interval. */
      readonly visible: number | null;
      readonly hidden: number;
      /** `null`: 15 minutes if the browser holds a deferred leave, otherwise the hidden lease. */
      readonly frozen: number | null;
    };
    /** Channels that have a page; any other is `unsupported`. */
    readonly channels: readonly string[];
  };
  readonly inactivity: {
    readonly periodMs: number;
    readonly onlineHolds: OnlineHolds;
  };
  readonly capacity: {
    readonly countInactive: boolean;
    readonly onReturn: OnReturn;
    readonly autoRelease: {
      readonly enabled: boolean;
      readonly periodMs: number;
      readonly anchor: ReleaseAnchor;
      readonly setStatus: TicketStatus | null;
    };
  };
  readonly routing: Routing;
  readonly reopenOnResponse: boolean;
  /** How long facts of the trace are kept; 0: there is none. */
  readonly traceMs: number;
  readonly triggers: readonly Trigger[];
}
