import type { EndReason, Track } from "../../core/lists.ts";
import { seconds } from "./duration.ts";
import type { Ticket } from "./session.ts";
import type { Settings } from "./settings.ts";
import type { Transition } from "./transition.ts";
import { STATUS_WORDS } from "./words.ts";

/** A transition as one plain sentence, without a full stop. */
export function sentence(
  transition: Transition,
  settings: Settings,
  track: Track = "live",
  /** Which settings a change of settings was of, where the audit log is read. */
  changed: string | null = null,
): string {
  const happened = whatHappened(transition, settings, track, changed);
  const followed = whatFollowed(transition);
  return followed ? `${happened} – ${followed}` : happened;
}

function whatHappened(
  transition: Transition,
  settings: Settings,
  track: Track,
  changed: string | null,
): string {
  const { cause, from, to } = transition;
  const turnedOffline = from.presence !== "offline" && to.presence === "offline";
  switch (cause) {
    case "signal":
      if (from.presence === "offline") return "Came back to the site";
      return from.presence === "unknown" ? "Seen on the site" : "A page reported";
    case "leave":
      return turnedOffline ? "Left: closed the last page" : "Closed a page";
    case "buffer":
      return `Left: every page closed, and none opened${waitWords(settings)}`;
    case "lease":
      return turnedOffline ? "Left: nothing was heard from any page" : "A page fell silent";
    case "inactivity":
      return `Silent for too long: nothing written for ${silence(settings)}`;
    case "end_user_message":
      return from.state === "none" ? "Wrote the first message" : "Wrote a message";
    case "agent_message":
      return "The agent wrote a message";
    case "activity":
      return "Used the chat";
    case "assigned":
      return transition.assignee ? `Assigned to ${transition.assignee}` : "Assigned to an agent";
    case "unassigned":
      return "The agent was taken off";
    case "ticket_updated":
      return ticketSentence(transition);
    case "session_ended":
      return ENDS[to.reason as EndReason] ?? "The session ended";
    case "trigger":
      return triggerSentence(transition, track);
    case "settings_changed":
      return settingsSentence(transition, changed);
    case "described":
      return "The desk told more about the conversation";
    case "outage":
      return "The collector could hear again after an interruption";
    case "merged":
      return mergeSentence(transition);
    case "bound":
      return "Changed";
    default:
      cause satisfies never;
      return "Changed";
  }
}

/** Without the audit log, what the change has done to this session says which settings they were. */
function settingsSentence({ from, to }: Transition, changed: string | null): string {
  const change = "The account’s settings changed";
  if (changed !== null) return `${change}: ${changed}`;
  const wasIgnored = from.presence === "ignored";
  const isIgnored = to.presence === "ignored";
  if (wasIgnored !== isIgnored) {
    return `${change}: presence was switched ${isIgnored ? "off, or to a trial run" : "on"}`;
  }
  if (from.presence !== "unsupported" && to.presence === "unsupported") {
    return `${change}: its channel is no longer watched`;
  }
  if (from.presence === "unsupported" && to.presence !== "unsupported") {
    return `${change}: its channel is watched now`;
  }
  if (to.reason === "user_inactive" && from.reason === null) {
    return `${change}: how long a visitor may be silent`;
  }
  // Nothing else that a session shows follows from settings.
  return from.state === to.state && from.reason === to.reason
    ? `${change}: how conversations are routed, or how places are counted`
    : change;
}

/** The old session's first transition of a merge changes nothing but queue and capacity. */
function mergeSentence({ from, to, mergedInto }: Transition): string {
  if (mergedInto !== undefined) return `The desk joined this conversation with ${mergedInto}`;
  const isSame =
    from.state === to.state && from.reason === to.reason && from.presence === to.presence;
  return isSame ? "The desk joins two conversations" : "The visitor goes on in this conversation";
}

const ENDS: Record<EndReason, string> = {
  ended_by_agent: "The agent ended the session",
  ended_by_end_user: "The visitor ended the session",
  ended_by_trigger: "A trigger ended the session",
  transferred_to_email: "Moved to email: the session ended",
  ticket_closed: "The ticket was closed: the session ended",
  merged: "The desk joined this conversation with another one",
};

/** The consequence for state and queue, unless the first half already says it. */
function whatFollowed({ cause, from, to, queue, assignee, capacityHeld }: Transition): string {
  if (to.state === "ended")
    return from.state === "ended" || cause === "session_ended" || cause === "merged" ? "" : "ended";
  if (to.state === "active" && from.state !== "active") {
    if (queue === "queued") return from.state === "none" ? "now in the queue" : "back in the queue";
    return assignee ? `active again with ${assignee}` : "active again";
  }
  if (to.state === "inactive" && from.state === "active") {
    return to.reason === "ticket_status"
      ? "inactive until it is open again"
      : inactiveWords(capacityHeld, assignee);
  }
  if (cause === "unassigned" && queue === "queued") return "back in the queue";
  return "";
}

function inactiveWords(capacityHeld: boolean, assignee: string | null | undefined): string {
  if (!assignee) return "out of the queue";
  return capacityHeld ? "inactive" : `${assignee} is free for somebody else`;
}

/** How long none opened, or the range if the waits differ: which one ran is not recorded. */
function waitWords({ presence = {} }: Settings): string {
  const lengths = [
    presence.bufferSeconds,
    presence.closeBufferSeconds,
    presence.navigationBufferSeconds,
    presence.awayBufferSeconds,
  ].filter((length) => length !== undefined);
  if (lengths.length === 0) return "";
  const [shortest, longest] = [Math.min(...lengths), Math.max(...lengths)];
  if (shortest === longest) return ` within ${seconds(shortest)}`;
  return ` in time (${seconds(shortest)} to ${seconds(longest)}, by how it was closed)`;
}

function silence({ inactivity }: Settings): string {
  return inactivity?.seconds === undefined ? "a long time" : seconds(inactivity.seconds);
}

function ticketSentence({ ticketChanges }: Transition): string {
  const parts = ticketParts(ticketChanges);
  return parts.length === 0 ? "The ticket changed" : `Ticket ${parts.join(", ")}`;
}

function triggerSentence({ triggers, ticketChanges }: Transition, track: Track): string {
  const names = triggers.map((name) => `“${name}”`).join(" and ");
  const parts = ticketParts(ticketChanges);
  const which = names ? `Trigger ${names}` : "A trigger";
  const did = track === "shadow" ? `${which} would have fired` : which;
  if (parts.length > 0) return `${did}: ticket ${parts.join(", ")}`;
  return track === "shadow" ? did : `${which} ran`;
}

/** What changed of a ticket, each a few words. */
export function ticketParts(changes: Transition["ticketChanges"]): string[] {
  const { id, status, priority, group, tags } = changes;
  const parts: string[] = [];
  if (id?.to) parts.push(`is #${id.to}`);
  if (status) parts.push(`set to ${STATUS_WORDS[status.to].toLowerCase()}`);
  if (priority) parts.push(`priority ${priority.to ?? "none"}`);
  if (group) parts.push(`group ${group.to ?? "none"}`);
  if (tags) parts.push(...tagParts(tags));
  return parts;
}

function tagParts({ from, to }: { from: Ticket["tags"]; to: Ticket["tags"] }): string[] {
  const added = to.filter((tag) => !from.includes(tag));
  const removed = from.filter((tag) => !to.includes(tag));
  return [
    ...(added.length > 0 ? [`tagged ${added.join(", ")}`] : []),
    ...(removed.length > 0 ? [`no longer tagged ${removed.join(", ")}`] : []),
  ];
}
