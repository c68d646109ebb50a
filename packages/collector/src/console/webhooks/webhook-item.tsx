import { useSignal } from "@preact/signals";
import { useCallback } from "preact/hooks";
import { deliveryWords, EVENT_WORDS, type Webhook, webhookWords } from "../model/webhook.ts";
import type { Webhooks } from "../state/webhooks.ts";
import { ConfirmButton } from "../ui/confirm-button.tsx";
import { Deliveries } from "../ui/deliveries.tsx";
import { Changes, useMay } from "../ui/own-role.tsx";
import { TestButton } from "./test-button.tsx";

interface Props {
  webhook: Webhook;
  webhooks: Webhooks;
}

/** One endpoint: where it is, how it does, and what was sent to it. */
export function WebhookItem({ webhook, webhooks }: Props) {
  const { id, name, url, events, enabled } = webhook;
  const isOpen = useSignal(false);
  const mayReplay = useMay("operator");
  const isBusy = webhooks.isBusy.value;
  const load = useCallback(
    (status: "failed" | null, cursor: string | null) => webhooks.deliveries(id, status, cursor),
    [webhooks, id],
  );
  return (
    <li class="card" data-webhook={id}>
      <h4>
        <bdi>{name}</bdi>
      </h4>
      <p dir="ltr" class="address">
        {url}
      </p>
      <p class="quiet">
        {EVENT_WORDS[events]}. {webhookWords(webhook)}.
      </p>
      <div class="buttons">
        <Changes needs="admin">
          <button
            type="button"
            disabled={isBusy}
            onClick={() => webhooks.setEnabled(webhook, !enabled)}
          >
            {enabled ? "Switch off" : "Switch on"}
          </button>
          <TestButton webhook={webhook} webhooks={webhooks} />
          <ConfirmButton
            id={`rotate-${id}`}
            label="New secret"
            question={`Give ${name} a new secret?`}
            follows="For 24 hours messages are signed with the old one, too, so that your server can change over. Then the old one counts no more."
            isDisabled={isBusy}
            onConfirm={() => webhooks.rotate(webhook)}
          />
          <ConfirmButton
            id={`delete-${id}`}
            label="Delete"
            question={`Delete ${name}?`}
            follows="What waits to be sent to it is dropped. Triggers that name it mark changes for no one."
            isDisabled={isBusy}
            onConfirm={() => webhooks.remove(webhook)}
          />
        </Changes>
      </div>
      <details
        onToggle={({ currentTarget }) => {
          isOpen.value = currentTarget.open;
        }}
      >
        <summary>What was sent</summary>
        {isOpen.value && (
          <Deliveries
            load={load}
            onReplay={(transition) => webhooks.replay(webhook, transition)}
            canReplay={enabled && mayReplay}
            words={deliveryWords}
          />
        )}
      </details>
    </li>
  );
}
