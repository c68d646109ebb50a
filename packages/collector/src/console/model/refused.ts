/**
 * Refused attempts in words.
 * @module
 */

/** What is changed or read below a path of the API. */
const ABOUT: Readonly<Record<string, string>> = {
  agents: "agents",
  audit: "the audit log",
  desks: "desks",
  invitations: "invitations",
  keys: "secret keys",
  people: "people",
  sessions: "conversations",
  settings: "settings",
  "sign-in": "the own password",
  tokens: "tokens for pages",
  triggers: "triggers",
  users: "what is kept of a visitor",
  webhooks: "webhooks",
};

/** What a request was to do; `null`: several were to do different things. */
export function attemptWords(target: string | null): string | null {
  if (target === null) return null;
  const [method = "", path = ""] = target.split(" ");
  const about = ABOUT[path.split("/")[2] ?? ""] ?? path;
  return `${method === "GET" ? "to read" : "to change"} ${about}`;
}

const COUNTED: Readonly<Record<string, { one: string; more: string }>> = {
  sign_in_refused: { one: "Refused sign-in", more: "refused sign-ins" },
  invitation_refused: { one: "Refused invitation", more: "attempts with a refused invitation" },
  request_refused: { one: "Refused attempt", more: "refused attempts" },
};

/** How many attempts of which kind, and what they were to do; `null`: it is no entry of refusals. */
export function refusedTitle(action: string, target: string | null, count: number): string | null {
  const words = COUNTED[action];
  if (!words) return null;
  const counted = count === 1 ? words.one : `${count} ${words.more}`;
  const attempt = action === "request_refused" ? attemptWords(target) : null;
  return attempt === null ? counted : `${counted} ${attempt}`;
}
