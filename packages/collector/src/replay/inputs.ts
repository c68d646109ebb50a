/**
 * Translates the events of a scenario to inputs of the core.
 * @module
 */

import type { Input } from "../core/input.ts";
import { END_REASON_BY } from "../core/lists.ts";
import type { SimulatedPages } from "./pages.ts";
import type { ScenarioEvent } from "./scenario.ts";

/** Events of one session; settings and outages affect other sessions too. */
export type SessionEvent = Exclude<
  ScenarioEvent,
  { readonly type: "settings_changed" } | { readonly type: "outage" } | { readonly type: "merged" }
>;

/** @param startAt the scenario's start in epoch milliseconds */
export function inputOf(event: SessionEvent, pages: SimulatedPages, startAt: number): Input {
  const instant = (second: number) => startAt + second * 1000;
  const happenedAt = "happenedAt" in event ? event.happenedAt : undefined;
  const happened = happenedAt === undefined ? {} : { happenedAt: instant(happenedAt) };
  switch (event.type) {
    case "signal":
    case "page_lost":
      return pages.inputOf(event, event.at * 1000);
    case "end_user_message": {
      const sentAt = event.sentAt ?? event.happenedAt;
      const sent = sentAt === undefined ? null : instant(sentAt);
      return { type: event.type, sentAt: sent, ...happened };
    }
    case "agent_message":
      return { type: event.type, ...happened };
    case "activity":
      return { type: event.type };
    case "ticket_updated": {
      const { at: _at, happenedAt: _happenedAt, type, ...ticket } = event;
      return { type, ticket, ...happened };
    }
    case "assigned":
      return { type: event.type, agent: event.agent, ...happened };
    case "unassigned":
      return { type: event.type, requeue: false, ...happened };
    case "session_ended":
      return { type: event.type, reason: END_REASON_BY[event.by], ...happened };
  }
}
