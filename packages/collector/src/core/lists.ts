/**
 * Every closed list of words, each defined here once. Stores keep some values as their index in the
 * list, so an entry never moves and a new one goes to the end. That also holds for a list that
 * contains another.
 * @module
 */

export const STATES = ["none", "active", "inactive", "ended"] as const;
export type State = (typeof STATES)[number];

/** Presence as the pages report it, before settings and channel decide whether it is read. */
export const REPORTED_PRESENCES = ["unknown", "online", "offline"] as const;
export type ReportedPresence = (typeof REPORTED_PRESENCES)[number];

export const PRESENCES = [...REPORTED_PRESENCES, "ignored", "unsupported"] as const;
export type Presence = (typeof PRESENCES)[number];

export const USER_REASONS = ["user_offline", "user_inactive"] as const;
export type UserReason = (typeof USER_REASONS)[number];

export const INACTIVE_REASONS = [...USER_REASONS, "ticket_status"] as const;
export type InactiveReason = (typeof INACTIVE_REASONS)[number];

export const END_REASONS = [
  "ended_by_agent",
  "ended_by_end_user",
  "ended_by_trigger",
  "transferred_to_email",
  "ticket_closed",
  "merged",
] as const;
export type EndReason = (typeof END_REASONS)[number];

export const REASONS = [...INACTIVE_REASONS, ...END_REASONS] as const;
/** `null`: the session is active or has not begun. */
export type Reason = (typeof REASONS)[number] | null;

/** Who or what ended a session, as the desk reports it (`by`). */
export const ENDED_BY = ["agent", "end_user", "trigger", "email", "closed"] as const;
export type EndedBy = (typeof ENDED_BY)[number];

export const END_REASON_BY: Readonly<Record<EndedBy, EndReason>> = {
  agent: "ended_by_agent",
  end_user: "ended_by_end_user",
  trigger: "ended_by_trigger",
  email: "transferred_to_email",
  closed: "ticket_closed",
};

export const QUEUE_STANDINGS = ["none", "queued", "direct"] as const;
export type QueueStanding = (typeof QUEUE_STANDINGS)[number];

export const VISIBILITIES = ["visible", "hidden", "frozen"] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/** In order of rank, which triggers compare by. */
export const TICKET_STATUSES = ["new", "open", "pending", "hold", "solved", "closed"] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];

/** Some desks write `on_hold` for `hold`. Any other value is returned as it is. */
export function readStatus<T>(value: T): T | "hold" {
  return value === "on_hold" ? "hold" : value;
}

/** In order of rank, which triggers compare by. */
export const TICKET_PRIORITIES = ["low", "normal", "high", "urgent"] as const;
export type TicketPriority = (typeof TICKET_PRIORITIES)[number];

/** The signals of a page, as on the wire. */
export const SIGNAL_TYPES = [
  "open",
  "beat",
  "hidden",
  "visible",
  "freeze",
  "resume",
  "leave",
] as const;
export type SignalType = (typeof SIGNAL_TYPES)[number];
export type LivingSignalType = Exclude<SignalType, "leave">;

/** Where a leave goes, as on the wire: another page of the site, another origin, or nowhere. */
export const LEAVE_DESTINATIONS = ["page", "away", "gone"] as const;
export type LeaveDestination = (typeof LEAVE_DESTINATIONS)[number];

/** What causes a transition: an input, a timer or a trigger. */
export const TRANSITION_CAUSES = [
  "signal",
  "leave",
  "lease",
  "buffer",
  "inactivity",
  "trigger",
  "end_user_message",
  "agent_message",
  "activity",
  "ticket_updated",
  "assigned",
  "unassigned",
  "session_ended",
  "described",
  "bound",
  "settings_changed",
  "outage",
  "merged",
] as const;
export type TransitionCause = (typeof TRANSITION_CAUSES)[number];

/** `live` is what happened; `shadow` is what would have happened if presence decided. */
export const TRACKS = ["live", "shadow"] as const;
export type Track = (typeof TRACKS)[number];

export const PRESENCE_MODES = ["off", "shadow", "on"] as const;
export type PresenceMode = (typeof PRESENCE_MODES)[number];

/** What a page must present to send signals for a session. */
export const BINDING_MODES = ["token", "capability", "open"] as const;
export type BindingMode = (typeof BINDING_MODES)[number];

export const ONLINE_HOLDS = ["queued", "never", "always"] as const;
export type OnlineHolds = (typeof ONLINE_HOLDS)[number];

export const ON_RETURN = ["exceed", "requeue"] as const;
export type OnReturn = (typeof ON_RETURN)[number];

export const RELEASE_ANCHORS = ["end_user_response", "agent_first_reply"] as const;
export type ReleaseAnchor = (typeof RELEASE_ANCHORS)[number];

export const ROUTINGS = ["messaging", "omnichannel"] as const;
export type Routing = (typeof ROUTINGS)[number];

/** `superseded`: skipped, because a later transition of the session was sent instead. */
export const SETTLED_STATUSES = ["delivered", "failed", "superseded"] as const;
export const DELIVERY_STATUSES = ["pending", ...SETTLED_STATUSES] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Which transitions are sent to an endpoint: all, or those whose triggers name it. */
export const ENDPOINT_EVENTS = ["all", "notified"] as const;
export type EndpointEvents = (typeof ENDPOINT_EVENTS)[number];

/** Why nothing is sent to an endpoint: on request, or because its receiver answered 410. */
export const DISABLED_REASONS = ["by_request", "gone"] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** What a person or a secret key may do, each including the ones before. */
export const ROLES = ["viewer", "operator", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** What an entry of the audit log may be about. */
export const AUDIT_ACTIONS = [
  "account_created",
  "settings_changed",
  "terms_accepted",
  "triggers_changed",
  "webhook_created",
  "webhook_changed",
  "webhook_removed",
  "webhook_secret_rotated",
  "keys_rotated",
  "key_created",
  "key_revoked",
  "session_assigned",
  "session_erased",
  "person_invited",
  "invitation_withdrawn",
  "person_joined",
  "person_changed",
  "person_removed",
  "signed_in",
  "signed_out_everywhere",
  "webhook_tested",
  "password_changed",
  "signed_out",
  "agent_changed",
  "deliveries_replayed",
  "token_minted",
  "desk_created",
  "desk_changed",
  "desk_removed",
  "desk_tested",
  "desk_replayed",
  "sign_in_refused",
  "invitation_refused",
  "request_refused",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** What `from` and `to` of such an entry may have, unless it is about settings or triggers. */
export const AUDIT_FIELDS = [
  "agent",
  "capacity",
  "count",
  "dryRun",
  "email",
  "enabled",
  "error",
  "events",
  "expiresAt",
  "key",
  "kind",
  "mapping",
  "name",
  "origin",
  "outbound",
  "overlapHours",
  "problem",
  "replaced",
  "response",
  "role",
  "secrets",
  "until",
  "version",
  "what",
] as const;
export type AuditField = (typeof AUDIT_FIELDS)[number];
