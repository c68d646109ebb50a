import { useEffect } from "preact/hooks";
import { KeysSection } from "../keys/keys-section.tsx";
import type { SecretKeys } from "../state/keys.ts";
import type { Webhooks } from "../state/webhooks.ts";
import { Changes, useMay } from "../ui/own-role.tsx";
import { Page } from "../ui/page.tsx";
import { SecretDialog } from "../ui/secret-dialog.tsx";
import { WebhookForm } from "./webhook-form.tsx";
import { WebhookItem } from "./webhook-item.tsx";

/** What your servers get and use: webhooks, and secret keys. */
export function WebhooksPage({ webhooks, keys }: { webhooks: Webhooks; keys: SecretKeys }) {
  const mayReadKeys = useMay("admin");
  useEffect(() => {
    webhooks.read();
    if (mayReadKeys) keys.read();
  }, [webhooks, keys, mayReadKeys]);
  const list = webhooks.list.value;
  return (
    <Page
      id="page-webhooks"
      title="Webhooks and keys"
      lead="Webhooks tell your servers what happens here. With secret keys your servers tell what happens there."
    >
      <h3>Webhooks</h3>
      <p id="webhooks-status" role="status">
        {webhooks.status}
      </p>
      <ul id="webhooks" class="plain">
        {(list ?? []).map((webhook) => (
          <WebhookItem key={webhook.id} webhook={webhook} webhooks={webhooks} />
        ))}
      </ul>
      <p class="quiet" hidden={list === null || list.length > 0}>
        There is no webhook: your servers are told nothing, and can read the stream.
      </p>
      <Changes needs="admin">
        <WebhookForm webhooks={webhooks} />
      </Changes>
      <SecretDialog
        id="webhook-secret"
        title="The secret that signs its messages"
        secret={webhooks.secret.value}
        onClose={() => {
          webhooks.secret.value = null;
        }}
      />
      {mayReadKeys ? (
        <KeysSection keys={keys} />
      ) : (
        <p id="keys-note" class="quiet">
          Secret keys are shown to people with the role Admin.
        </p>
      )}
    </Page>
  );
}
