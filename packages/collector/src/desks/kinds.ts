/**
 * The kinds of desks that the collector has.
 * @module
 */
import { chatwoot } from "./chatwoot/chatwoot.ts";
import type { Desk } from "./desk.ts";

export const DESK_KINDS: readonly Desk[] = [chatwoot as Desk];
