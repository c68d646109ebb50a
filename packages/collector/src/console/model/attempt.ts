import { timeWords } from "./time-words.ts";

/** A kind of signal that was refused. */
export interface Attempt {
  code: string;
  /** `null`: it came from no page. */
  origin: string | null;
  count: number;
  lastAt: string;
}

/** What to do about the refusals that are met while a site is connected. */
const ADVICE: Record<string, string> = {
  origin_not_allowed: "This site is not in the list above.",
  token_missing: "The page sent no token: see who may report, above.",
  token_invalid: "The token cannot be verified: your server signs with another secret.",
  token_expired: "The token has expired: the page needs an address that gives a new one.",
  token_other_session: "The token is for another conversation than the page names.",
  binding_unknown: "No message of the conversation has carried this secret yet.",
  secret_key_in_page: "A page has a secret key in it. Revoke that key now.",
  key_invalid: "The page has another publishable key.",
  invalid_signal: "What was sent is no report of stillhere’s script.",
};

export function attemptWords({ code, origin, count, lastAt }: Attempt): string {
  const where = origin === null ? "From no page" : `From ${origin}`;
  const times = count === 1 ? "once" : `${count} times`;
  return `${where}, ${times}, last ${timeWords(lastAt)}: ${ADVICE[code] ?? code}`;
}
