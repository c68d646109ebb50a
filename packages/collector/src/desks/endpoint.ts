/**
 * The endpoint of the outbox by which a desk is told: it has the desk's name instead of a webhook's.
 * @module
 */
import type { Endpoint } from "../stores/outbox.ts";

const PREFIX = "desk:";

export function deskEndpointId(desk: string): string {
  return `${PREFIX}${desk}`;
}

/** The desk that is told by this endpoint; `null`: it is a webhook. */
export function deskOfEndpoint({ id }: Pick<Endpoint, "id">): string | null {
  return id.startsWith(PREFIX) ? id.slice(PREFIX.length) : null;
}
