/**
 * Tells a stillhere collector whether the person in front of this page is still there.
 * @module
 */

export { connect } from "./connect.ts";
export type { ConnectOptions, Presence, PresenceErrorCode, TokenSource } from "./options.ts";
