/**
 * The webhooks of an account among the endpoints of its outbox, of which desks have some too.
 * @module
 */
import { deskOfEndpoint } from "../desks/endpoint.ts";
import type { EndpointStatus, OutboxStore } from "../stores/outbox.ts";
import { webhookNotFound } from "./webhook-views.ts";

export async function webhooksOf(
  outbox: OutboxStore,
  account: string,
): Promise<readonly EndpointStatus[]> {
  const all = await outbox.endpoints(account);
  return all.filter(({ endpoint }) => deskOfEndpoint(endpoint) === null);
}

/** @throws {Problem} `not_found` */
export async function webhookOf(
  outbox: OutboxStore,
  account: string,
  id: string,
): Promise<EndpointStatus> {
  const found = (await webhooksOf(outbox, account)).find(({ endpoint }) => endpoint.id === id);
  if (!found) throw webhookNotFound(id);
  return found;
}
