// Every file of this folder; a test compares the list with the folder.
import deskOrder from "./desk-order.json" with { type: "json" };
import lateResponses from "./late-responses.json" with { type: "json" };
import merges from "./merges.json" with { type: "json" };
import onlineHolds from "./online-holds.json" with { type: "json" };
import rulesEngagement from "./rules-engagement.json" with { type: "json" };
import rulesOutage from "./rules-outage.json" with { type: "json" };
import rulesPresence from "./rules-presence.json" with { type: "json" };
import rulesRouting from "./rules-routing.json" with { type: "json" };
import rulesTriggers from "./rules-triggers.json" with { type: "json" };
import sessionState from "./session-state.json" with { type: "json" };

export const scenarios = [
  ...sessionState,
  ...onlineHolds,
  ...lateResponses,
  ...rulesPresence,
  ...rulesEngagement,
  ...rulesOutage,
  ...rulesRouting,
  ...rulesTriggers,
  ...deskOrder,
  ...merges,
];
