/**
 * How endpoints are made, and how their secrets rotate.
 * @module
 */

import { randomText } from "../engine/keys.ts";
import type { Endpoint, EndpointEvents, SigningSecret } from "../stores/outbox.ts";

/** How long messages are also signed with the secret before a rotation. */
export const SECRET_OVERLAP_MS = 24 * 3_600_000;
const SECRET_BYTES = 32;

export interface NewEndpoint {
  readonly account: string;
  /** What triggers call it; missing: its id. */
  readonly name?: string | undefined;
  readonly url: string;
  readonly events: EndpointEvents;
}

export function createEndpoint({ account, name, url, events }: NewEndpoint, now: number): Endpoint {
  const id = `wh_${randomText(12)}`;
  const secrets = [{ secret: createSecret(), expiresAt: null }];
  return { account, id, name: name ?? id, url, events, secrets, disabled: null, createdAt: now };
}

/** As Standard Webhooks writes secrets: base64 after `whsec_`. */
function createSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}

/** Secrets that sign at an instant, the newest first. */
export function signingSecrets({ secrets }: Endpoint, now: number): readonly SigningSecret[] {
  return secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
}

/** A new secret first; those that sign now end a while later, or sooner where that was said before. */
export function rotateSecrets(endpoint: Endpoint, now: number): readonly SigningSecret[] {
  const until = now + SECRET_OVERLAP_MS;
  const ending = signingSecrets(endpoint, now).map(({ secret, expiresAt }) => ({
    secret,
    expiresAt: Math.min(expiresAt ?? until, until),
  }));
  return [{ secret: createSecret(), expiresAt: null }, ...ending];
}
