/**
 * `@stillhere/collector/desks`: what a help desk of your own is written with. See docs/desks.md.
 * @module
 */
export { z } from "@hono/zod-openapi";
export type {
  Reason,
  TicketPriority,
  TicketStatus,
} from "../core/lists.ts";
export type { TicketPatch } from "../core/session.ts";
export {
  type Changed,
  type DeskAnswer,
  type DeskCall,
  type DeskKind,
  defineDesk,
  type InboundRequest,
  type Sink,
  type Source,
  type Standing,
  type Step,
  type Verdict,
  type Written,
} from "./desk.ts";
export type { DeskEvent, Fact, Ref } from "./fact.ts";
export {
  agentAtDesk,
  agentOf,
  EMPTY_MAPPING,
  groupOf,
  type Mapping,
  priorityOf,
  statusOf,
  theirsOf,
} from "./mapping.ts";
export { at, idAt, listAt, textAt, timeAt } from "./read.ts";
export {
  hexOf,
  hmacOf,
  isOneOf,
  isSameText,
  MAX_AGE_MS,
  stampedHash,
} from "./signature.ts";
