/**
 * Entries of the audit log about webhooks. Of a URL they have the origin alone, since the rest of it, and
 * the signing secret, may let its holder write to the receiver.
 * @module
 */
import { createEntry } from "../engine/audit.ts";
import type { Actor, AuditEntry } from "../stores/admin.ts";
import type { Endpoint, EndpointPatch } from "../stores/outbox.ts";

type Shown = Partial<Pick<Endpoint, "name" | "url" | "events" | "disabled">>;

function show({ name, url, events, disabled }: Shown) {
  return {
    ...(name !== undefined && { name }),
    ...(url !== undefined && { origin: new URL(url).origin }),
    ...(events !== undefined && { events }),
    ...(disabled !== undefined && { enabled: disabled === null }),
  };
}

export function creationEntry(at: number, by: Actor, endpoint: Endpoint): AuditEntry {
  return createEntry(at, {
    by,
    action: "webhook_created",
    target: endpoint.id,
    to: show(endpoint),
  });
}

export function removalEntry(at: number, by: Actor, endpoint: Endpoint): AuditEntry {
  return createEntry(at, {
    by,
    action: "webhook_removed",
    target: endpoint.id,
    from: show(endpoint),
  });
}

/** One entry for a new secret, and one for everything else, if it changes something. */
export function changeEntries(
  at: number,
  by: Actor,
  before: Endpoint,
  { secrets, ...patch }: EndpointPatch,
): readonly AuditEntry[] {
  const entries: AuditEntry[] = [];
  const target = before.id;
  if (secrets) entries.push(createEntry(at, { by, action: "webhook_secret_rotated", target }));
  const names = (["name", "url", "events", "disabled"] as const).filter(
    (name) => name in patch && !Object.is(patch[name], before[name]),
  );
  if (names.length === 0) return entries;
  const pick = (all: Shown) => show(Object.fromEntries(names.map((name) => [name, all[name]])));
  const change = { from: pick(before), to: pick(patch) };
  entries.push(createEntry(at, { by, action: "webhook_changed", target, ...change }));
  return entries;
}
