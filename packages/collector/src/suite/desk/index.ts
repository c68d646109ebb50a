/**
 * `@stillhere/collector/desk-suite`: the conformance suite for desks, for any test framework. See docs/desks.md.
 * @module
 */
import type { DeskCase, DeskFixture } from "./fixture.ts";
import { inboundCases } from "./inbound.ts";
import { outboundCases } from "./outbound.ts";

export type {
  ApiAnswer,
  ApiRequest,
  DeskApi,
  DeskCase,
  DeskFixture,
  SentRequest,
} from "./fixture.ts";

/** Cases that any desk must pass. */
export function deskConformanceCases(fixture: DeskFixture): readonly DeskCase[] {
  return [...inboundCases(fixture), ...outboundCases(fixture)];
}
