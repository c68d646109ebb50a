import type { Signal } from "@preact/signals";
import { Field } from "./field.tsx";

/** A name in any language. */
export function NameField(props: { id: string; hint: string; name: Signal<string> }) {
  const { id, hint, name } = props;
  return (
    <Field id={id} label="Name" hint={hint}>
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
  );
}
