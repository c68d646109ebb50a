/**
 * Creates endpoints and rotates their signing secrets.
 * @module
 */

import type { EndpointEvents } from "../core/lists.ts";
import { randomText } from "../engine/keys.ts";
import type { Endpoint, SigningSecret } from "../stores/outbox.ts";

/** How long after a rotation messages are also signed with the previous secret. */
export const SECRET_OVERLAP_MS = 24 * 3_600_000;
/** More signatures would make a header that receivers refuse. */
const MAX_SIGNING_SECRETS = 3;
const SECRET_BYTES = 32;

export interface NewEndpoint {
  readonly account: string;
  /** The name that triggers use; defaults to the id. */
  readonly name?: string | undefined;
  readonly url: string;
  readonly events: EndpointEvents;
}

export function createEndpoint({ account, name, url, events }: NewEndpoint, now: number): Endpoint {
  const id = `wh_${randomText(12)}`;
  const secrets = [{ secret: createSecret(), expiresAt: null }];
  return { account, id, name: name ?? id, url, events, secrets, disabled: null, createdAt: now };
}

/** A secret in the format of Standard Webhooks: `whsec_` and base64. */
function createSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}

/** The newest secrets that are valid at `now`, newest first. */
export function signingSecrets({ secrets }: Endpoint, now: number): readonly SigningSecret[] {
  return secrets
    .filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
    .slice(0, MAX_SIGNING_SECRETS);
}

/**
 * Puts a new secret first; valid ones expire after the overlap, or at their earlier expiry. The oldest
 * is dropped if there are too many.
 */
export function rotateSecrets(endpoint: Endpoint, now: number): readonly SigningSecret[] {
  const until = now + SECRET_OVERLAP_MS;
  const ending = signingSecrets(endpoint, now).map(({ secret, expiresAt }) => ({
    secret,
    expiresAt: Math.min(expiresAt ?? until, until),
  }));
  return [{ secret: createSecret(), expiresAt: null }, ...ending].slice(0, MAX_SIGNING_SECRETS);
}
