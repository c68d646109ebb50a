/**
 * Entering without a password by a token of this process, as the demo's link does: any number of times, and
 * only from this machine.
 * @module
 */
import { isIP } from "node:net";
import type { Context } from "hono";
import { DEFAULT_ACCOUNT } from "../engine/accounts.ts";
import { MAX_INVITATION_MS } from "../engine/invitations.ts";
import { hashOf, isSameHash, randomText } from "../engine/keys.ts";
import type { People } from "../engine/people.ts";
import type { Enter } from "../http/context.ts";
import { peerOf } from "./address.ts";

/** The person whom the link signs in. */
const EMAIL = "demo@localhost";
/** In the audit log. */
const BY = { cli: "demo" };

export function createEnter(token: string, people: People): Enter {
  return async (c, given) => {
    const isRight = isSameHash(await hashOf(given), await hashOf(token));
    if (!isRight || !isFromThisMachine(c)) return null;
    return (await people.byEmail(EMAIL)) ?? addPerson(people);
  };
}

async function addPerson(people: People) {
  const { invitations } = people;
  const invitation = await invitations.create(DEFAULT_ACCOUNT, "admin", MAX_INVITATION_MS, BY);
  if (invitation === "full") return null;
  // Nobody knows the password.
  const outcome = await people.accept(invitation.token, EMAIL, randomText(24));
  return typeof outcome === "string" ? people.byEmail(EMAIL) : outcome;
}

/** The name in the request too, since any site can have a name that leads to this machine. */
function isFromThisMachine(c: Context): boolean {
  const name = new URL(c.req.url).hostname.replace(/^\[|\]$/g, "");
  return isLoopback(peerOf(c) ?? "") && (name === "localhost" || isLoopback(name));
}

function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, "");
  return isIP(plain) === 4 ? plain.startsWith("127.") : plain === "::1";
}
