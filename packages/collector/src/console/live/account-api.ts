import type { DeliveryStatus, EndpointEvents, Role } from "../../core/lists.ts";
import type { Trigger } from "../../core/trigger.ts";
import type { Agent } from "../model/agent.ts";
import type { Attempt } from "../model/attempt.ts";
import type { AuditPage } from "../model/audit.ts";
import type { ModeEffect } from "../model/mode-effect.ts";
import type { SecretKey } from "../model/secret-key.ts";
import type { SettingChange } from "../model/setting-effect.ts";
import type { Settings } from "../model/settings.ts";
import type { Delivery, Webhook } from "../model/webhook.ts";
import type { WebhookTest } from "../model/webhook-test.ts";
import { deliveryQuery } from "./delivery-query.ts";

/**
 * Sends a request with a JSON body; `undefined` sends none. With `base`, which was read before, it is refused
 * (`changed_meanwhile`) if that is no longer what there is.
 */
export type Send = <T>(method: string, path: string, body?: unknown, base?: object) => Promise<T>;

export interface Keys {
  /** Newest first. */
  keys: SecretKey[];
  publishableKeys: { key: string; expiresAt: string | null }[];
}

export interface DeliveryPage {
  /** Newest first. */
  deliveries: Delivery[];
  cursor: string | null;
}

export interface TriggerPreview {
  /** How many conversations were looked at. */
  examined: number;
  triggers: { name: string; sessions: string[] }[];
}

export interface TriggerRuns {
  name: string;
  runs: number;
  lastAt: string | null;
  /** The latest first. */
  sessions: string[];
}

const webhookPath = (id: string) => `v1/webhooks/${encodeURIComponent(id)}`;

/** The routes that configure the account. */
export function createAccountApi(send: Send) {
  return {
    /**
     * @param base the settings that its author saw; missing: it is made to whatever there is
     * @returns every setting after the change
     */
    changeSettings: (patch: Record<string, unknown>, base?: Settings) =>
      send<Settings>("PATCH", "v1/settings", patch, base),

    /** What a patch would change, and what it would have meant lately. */
    previewSettings: (patch: Record<string, unknown>) =>
      send<{ changes: SettingChange[]; modeEffect: ModeEffect | null }>(
        "POST",
        "v1/settings/preview",
        patch,
      ),

    /** The account's keys; secret ones without the key itself. */
    keys: () => send<Keys>("GET", "v1/keys"),
    /** Adds a secret key; earlier ones of its name and role end after the overlap. */
    addKey: (key: { role: Role; name?: string; overlapHours: number }) =>
      send<SecretKey & { key: string }>("POST", "v1/keys", key),
    revokeKey: (id: string) => send("DELETE", `v1/keys/${encodeURIComponent(id)}`),

    /** A page of the agents, by id. */
    agents: (cursor: string | null) =>
      send<{ agents: Agent[]; cursor: string | null }>(
        "GET",
        `v1/agents${cursor === null ? "" : `?${new URLSearchParams({ cursor })}`}`,
      ),
    /** Sets how many conversations an agent can hold. */
    putAgent: (id: string, capacity: number) =>
      send<Agent>("PUT", `v1/agents/${encodeURIComponent(id)}`, { capacity }),

    webhooks: () => send<{ webhooks: Webhook[] }>("GET", "v1/webhooks"),
    addWebhook: (webhook: { url: string; name?: string; events: EndpointEvents }) =>
      send<Webhook & { secret: string }>("POST", "v1/webhooks", webhook),
    changeWebhook: (id: string, change: Partial<Webhook>) =>
      send<Webhook>("PATCH", webhookPath(id), change),
    removeWebhook: (id: string) => send("DELETE", webhookPath(id)),
    rotateWebhookSecret: (id: string) =>
      send<Webhook & { secret: string }>("POST", `${webhookPath(id)}/secret`),
    /** Sends a test, and waits for what the receiver answers. */
    testWebhook: (id: string) => send<WebhookTest>("POST", `${webhookPath(id)}/test`),
    deliveries: (id: string, status: DeliveryStatus | null, cursor: string | null) =>
      send<DeliveryPage>("GET", `${webhookPath(id)}/deliveries?${deliveryQuery(status, cursor)}`),
    /** Sends one transition, or all failed ones, again. */
    replay: (id: string, what: { transition: string } | { status: "failed" }) =>
      send<{ replayed: number | null }>("POST", `${webhookPath(id)}/replay`, what),

    /** Who changed what, newest first; an empty filter is none. */
    audit(query: { action: string; by: string; cursor: string | null; limit: number }) {
      const { action, by, cursor, limit } = query;
      const given = new URLSearchParams({
        limit: String(limit),
        ...(action !== "" && { action }),
        ...(by !== "" && { by }),
        ...(cursor && { cursor }),
      });
      return send<AuditPage>("GET", `v1/audit?${given}`);
    },
    /** Sets back what an entry of settings or triggers has changed. */
    undo: (id: string) =>
      send<{ undone: string[]; kept: string[] }>("POST", `v1/audit/${encodeURIComponent(id)}/undo`),

    /** Why signals of the account were refused lately, the latest first. */
    attempts: () => send<{ attempts: Attempt[] }>("GET", "v1/setup/attempts"),

    /** For which of the last conversations each trigger would have run. */
    previewTriggers: (triggers: readonly Trigger[]) =>
      send<TriggerPreview>("POST", "v1/triggers/preview", triggers),

    /** What each trigger did in the last 7 days. */
    triggerRuns: () => send<{ triggers: TriggerRuns[] }>("GET", "v1/triggers/runs"),
    triggers: () => send<Trigger[]>("GET", "v1/triggers"),
    /** Replaces the whole list, if it still is `base`. */
    saveTriggers: (triggers: readonly Trigger[], base?: readonly Trigger[]) =>
      send<Trigger[]>("PUT", "v1/triggers", triggers, base),
  };
}
