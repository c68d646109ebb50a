import type { Signal } from "@preact/signals";
import { Field } from "./field.tsx";

interface Props {
  id: string;
  hint: string;
  name: Signal<string>;
  /** Whether it must have a character other than a space. */
  isRequired?: boolean;
}

/** A name in any language. */
export function NameField({ id, hint, name, isRequired }: Props) {
  return (
    <Field id={id} label="Name" hint={hint}>
      {(control) => (
        <input
          {...control}
          type="text"
          dir="auto"
          maxLength={256}
          required={isRequired}
          pattern={isRequired ? ".*\\S.*" : undefined}
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
