import { useSignal } from "@preact/signals";
import type { HelpDesk } from "../model/desk.ts";
import { secretsOf } from "../model/desk-kinds.ts";
import type { Desks } from "../state/desks.ts";
import { ConfirmButton } from "../ui/confirm-button.tsx";
import { Field } from "../ui/field.tsx";

/** Enters the secrets by which the desk's messages are believed. */
export function SecretForm({ desk, desks }: { desk: HelpDesk; desks: Desks }) {
  const { id, kind, inbound } = desk;
  const labels = secretsOf(kind);
  const values = useSignal<readonly string[]>(labels.map(() => ""));
  const isBusy = desks.isBusy.value;

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    const entered = values.value.map((value) => value.trim()).filter((value) => value !== "");
    if (await desks.setSecrets(desk, entered)) values.value = labels.map(() => "");
  }

  return (
    <form onSubmit={submit}>
      {labels.map((label, index) => (
        <Field
          key={label}
          id={index === 0 ? `secret-${id}` : `secret-${id}-${index}`}
          label={label}
          hint={index === 0 ? hintOf(inbound.secrets) : "Empty: there is none."}
          problem={desks.problemsOf(`secret ${id}`)[`inbound.secrets.${index}`]}
        >
          {(control) => (
            <input
              {...control}
              type="password"
              required={index === 0}
              minLength={8}
              maxLength={4096}
              dir="ltr"
              autocomplete="new-password"
              value={values.value[index] ?? ""}
              onInput={({ currentTarget }) => {
                values.value = values.peek().with(index, currentTarget.value);
              }}
            />
          )}
        </Field>
      ))}
      <div class="buttons">
        <button id={`save-secret-${id}`} type="submit" disabled={isBusy}>
          {labels.length === 1 ? "Save the secret" : "Save the secrets"}
        </button>
        {kind === "chatwoot" && (
          <ConfirmButton
            id={`make-address-${id}`}
            label="It shows no secret"
            question="Give the webhook an address with a secret?"
            follows="Chatwoot before 4.11 signs nothing. The secret is then a part of the address, and shows in the logs of proxies. It replaces a secret that is entered."
            isDisabled={isBusy}
            onConfirm={() => desks.makeAddress(desk)}
          />
        )}
      </div>
    </form>
  );
}

function hintOf(count: number): string {
  if (count === 0) return "None is entered, so no message is believed.";
  const are = count === 1 ? "1 is entered" : `${count} are entered`;
  return `${are}. What is saved here replaces all of them immediately.`;
}
