import { signal } from "@preact/signals";
import type { EndpointEvents } from "../../core/lists.ts";
import type { Api } from "../live/api.ts";
import type { Webhook } from "../model/webhook.ts";
import { testWords } from "../model/webhook-test.ts";
import { createListWork } from "./work.ts";

export type Webhooks = ReturnType<typeof createWebhooks>;

/** The account's endpoints, and what is done with them. */
export function createWebhooks(api: Api) {
  /** A secret that was just created, and is never shown again. */
  const secret = signal<string | null>(null);
  const work = createListWork(api.webhooks, (found): readonly Webhook[] => found.webhooks);
  const { list, status, isBusy, read } = work;

  return {
    list,
    secret,
    status,
    isBusy,
    read,

    add: (url: string, name: string, events: EndpointEvents) =>
      work.change(async () => {
        const added = await api.addWebhook({ url, events, ...(name !== "" && { name }) });
        secret.value = added.secret;
        return `${added.name} gets what happens from now on.`;
      }),

    setEnabled: ({ id, name }: Webhook, enabled: boolean) =>
      work.change(async () => {
        await api.changeWebhook(id, { enabled });
        return enabled ? `${name} gets what happens from now on.` : `${name} gets nothing more.`;
      }),

    rotate: ({ id, name }: Webhook) =>
      work.change(async () => {
        secret.value = (await api.rotateWebhookSecret(id)).secret;
        return `${name} has a new secret. For 24 hours messages are signed with the old one, too.`;
      }),

    remove: ({ id, name }: Webhook) =>
      work.change(async () => {
        await api.removeWebhook(id);
        return `${name} was deleted.`;
      }),

    test: ({ id, name }: Webhook) =>
      work.run(async () => testWords(name, await api.testWebhook(id))),

    deliveries: api.deliveries,

    /** Sends one transition again, or without one all that failed. */
    replay: ({ id }: Webhook, transition?: string) =>
      work.run(async () => {
        const what = transition === undefined ? { status: "failed" as const } : { transition };
        const { replayed } = await api.replay(id, what);
        return replayed === 1 ? "1 is sent again." : `${replayed ?? 0} are sent again.`;
      }),
  };
}
