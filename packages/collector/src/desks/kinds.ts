/**
 * The kinds of desks that the collector has.
 * @module
 */
import { chatwoot } from "./chatwoot/chatwoot.ts";
import type { DeskKind } from "./desk.ts";

export const DESK_KINDS: readonly DeskKind[] = [chatwoot as DeskKind];
