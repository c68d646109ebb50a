import type { Session } from "./session.ts";
import type { Settings } from "./settings.ts";
import { seenPresence } from "./shadow.ts";

export interface SetupCheck {
  id: string;
  /** `null`: only you can see it. */
  isDone: boolean | null;
  text: string;
}

/** Whether any page of these visitors was ever heard. */
export function isHeard(sessions: Iterable<Pick<Session, "presence" | "shadow">>): boolean {
  for (const session of sessions) {
    const presence = seenPresence(session);
    if (presence === "online" || presence === "offline") return true;
  }
  return false;
}

/** What must be so before a page is heard, in the order in which to look at it. */
export function setupChecks(settings: Settings, heard: boolean): SetupCheck[] {
  const mode = settings.presence?.mode ?? "off";
  return [
    {
      id: "mode",
      isDone: mode !== "off",
      text: "Presence is on, or on trial.",
    },
    {
      id: "origins",
      isDone: (settings.origins ?? []).length > 0,
      text: "The site is listed above, exactly as its pages’ addresses begin: with https://, with or without www., and with its port.",
    },
    {
      id: "session",
      isDone: null,
      text: "Your help desk reports the conversation under the same id as the page, and in a channel that has a web page. The page Desks connects one.",
    },
    {
      id: "policy",
      isDone: null,
      text: "The page may load the script and connect to this collector. Some sites list what their pages may load (a content security policy): ask your developer to add this collector’s address to script-src and connect-src.",
    },
    {
      id: "line",
      isDone: null,
      text: "The browser’s own console (F12) has a line of stillhere that says what is refused and what to do.",
    },
    {
      id: "heard",
      isDone: heard,
      text: "A visitor’s page was heard.",
    },
  ];
}
