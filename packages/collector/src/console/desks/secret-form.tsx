import { useSignal } from "@preact/signals";
import type { HelpDesk } from "../model/desk.ts";
import type { Desks } from "../state/desks.ts";
import { ConfirmButton } from "../ui/confirm-button.tsx";
import { Field } from "../ui/field.tsx";

/** Enters the secret by which the desk's messages are believed. */
export function SecretForm({ desk, desks }: { desk: HelpDesk; desks: Desks }) {
  const { id, inbound } = desk;
  const secret = useSignal("");
  const isBusy = desks.isBusy.value;

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (await desks.setSecret(desk, secret.value.trim())) secret.value = "";
  }

  return (
    <form onSubmit={submit}>
      <Field
        id={`secret-${id}`}
        label="Secret of the webhook"
        hint={
          inbound.secrets === 0
            ? "None is entered, so no message is believed."
            : "One is entered. Another one replaces it immediately."
        }
        problem={desks.problems.value["inbound.secrets.0"]}
      >
        {(control) => (
          <input
            {...control}
            type="password"
            required
            minLength={8}
            maxLength={256}
            dir="ltr"
            autocomplete="new-password"
            value={secret}
            onInput={({ currentTarget }) => {
              secret.value = currentTarget.value;
            }}
          />
        )}
      </Field>
      <div class="buttons">
        <button id={`save-secret-${id}`} type="submit" disabled={isBusy}>
          Save the secret
        </button>
        <ConfirmButton
          id={`make-address-${id}`}
          label="It shows no secret"
          question="Give the webhook an address with a secret?"
          follows="Chatwoot before 4.11 signs nothing. The secret is then a part of the address, and shows in the logs of proxies. It replaces a secret that is entered."
          isDisabled={isBusy}
          onConfirm={() => desks.makeAddress(desk)}
        />
      </div>
    </form>
  );
}
