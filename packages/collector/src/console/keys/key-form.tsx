import { useSignal } from "@preact/signals";
import { ROLES, type Role } from "../../core/lists.ts";
import { ROLE_WORDS } from "../model/webhook.ts";
import type { SecretKeys } from "../state/keys.ts";
import { Field } from "../ui/field.tsx";

/** Creates a secret key. */
export function KeyForm({ keys }: { keys: SecretKeys }) {
  const role = useSignal<Role>("viewer");
  const name = useSignal("");
  const hours = useSignal("24");

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (await keys.add(role.value, name.value.trim(), Number(hours.value))) name.value = "";
  }

  return (
    <form onSubmit={submit}>
      <fieldset class="card">
        <legend>Create a key</legend>
        <Field id="key-role" label="Role" hint={`This role ${ROLE_WORDS[role.value].may}.`}>
          {(control) => (
            <select
              {...control}
              value={role.value}
              onChange={({ currentTarget }) => {
                role.value = currentTarget.value as Role;
              }}
            >
              {ROLES.map((each) => (
                <option key={each} value={each}>
                  {ROLE_WORDS[each].title}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field id="key-name" label="Name" hint="What it is for, as “ticket sync”.">
          {(control) => (
            <input
              {...control}
              type="text"
              dir="auto"
              maxLength={256}
              autocomplete="off"
              value={name}
              onInput={({ currentTarget }) => {
                name.value = currentTarget.value;
              }}
            />
          )}
        </Field>
        <Field
          id="key-overlap"
          label="Earlier keys of this name and role end after"
          unit="hours"
          hint="From 0 to 168. 0: they end now, and whatever still uses them is refused."
        >
          {(control) => (
            <input
              {...control}
              type="number"
              min={0}
              max={168}
              step={1}
              required
              value={hours}
              onInput={({ currentTarget }) => {
                hours.value = currentTarget.value;
              }}
            />
          )}
        </Field>
        <div class="buttons">
          <button id="add-key" type="submit" class="primary" disabled={keys.isBusy.value}>
            Create the key
          </button>
        </div>
      </fieldset>
    </form>
  );
}
