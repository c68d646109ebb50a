/**
 * The kinds of desks that the collector has.
 * @module
 */
import { chatwoot } from "./chatwoot/chatwoot.ts";
import type { DeskKind } from "./desk.ts";
import { sunco } from "./sunco/sunco.ts";
import { zendesk } from "./zendesk/zendesk.ts";

export const DESK_KINDS: readonly DeskKind[] = [
  chatwoot as DeskKind,
  sunco as DeskKind,
  zendesk as DeskKind,
];
