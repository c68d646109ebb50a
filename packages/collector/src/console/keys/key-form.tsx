import { useSignal } from "@preact/signals";
import type { Role } from "../../core/lists.ts";
import type { SecretKeys } from "../state/keys.ts";
import { Field } from "../ui/field.tsx";
import { NameField } from "../ui/name-field.tsx";
import { RoleField } from "../ui/role-field.tsx";

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
        <RoleField id="key-role" role={role} />
        <NameField
          id="key-name"
          hint="What it is for, as “ticket sync”. You will tell it from the others by its name."
          name={name}
          isRequired
        />
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
