import { keyTitle, keyWords, revokeWords } from "../model/secret-key.ts";
import type { SecretKeys } from "../state/keys.ts";
import { ConfirmButton } from "../ui/confirm-button.tsx";
import { SecretDialog } from "../ui/secret-dialog.tsx";
import { KeyForm } from "./key-form.tsx";

/** The account's secret keys. */
export function KeysSection({ keys }: { keys: SecretKeys }) {
  const list = keys.list.value ?? [];
  return (
    <>
      <h3>Secret keys</h3>
      <p id="keys-status" role="status">
        {keys.status}
      </p>
      <ul id="keys" class="plain">
        {list.map((key) => (
          <li key={key.id} class="card" data-key-id={key.id}>
            <h4>
              <bdi>{keyTitle(key)}</bdi> <code dir="ltr">{key.hint}…</code>
            </h4>
            <p class="quiet">{keyWords(key)}.</p>
            <div class="buttons">
              <ConfirmButton
                id={`revoke-${key.id}`}
                label="Revoke"
                question={`Revoke “${keyTitle(key)}” (${key.hint}…)?`}
                follows={revokeWords(key)}
                isDisabled={keys.isBusy.value}
                onConfirm={() => keys.revoke(key)}
              />
            </div>
          </li>
        ))}
      </ul>
      <KeyForm keys={keys} />
      <SecretDialog
        id="key-secret"
        title="The new secret key"
        secret={keys.secret.value}
        onClose={() => {
          keys.secret.value = null;
        }}
      />
    </>
  );
}
