import type { Signal } from "@preact/signals";
import type { TargetedInputEvent } from "preact";
import type { DeskField } from "../model/desk-kinds.ts";
import { Field } from "../ui/field.tsx";

interface Props {
  /** Begins the ids of the controls. */
  id: string;
  fields: readonly DeskField[];
  values: Signal<Readonly<Record<string, string>>>;
  /** By field. */
  problems: Readonly<Record<string, string>>;
  /** An empty secret stays as it is. */
  isKnown: boolean;
}

/** What leads to a desk, and gives access to it. */
export function DeskFields({ id, fields, values, problems, isKnown }: Props) {
  return fields.map(({ name, label, hint, isSecret }) => (
    <Field
      key={name}
      id={`${id}-${name.replace(".", "-")}`}
      label={label}
      hint={isSecret && isKnown ? `${hint} Empty: it stays as it is.` : hint}
      problem={problems[name]}
    >
      {(control) => {
        const props = {
          ...control,
          required: !(isSecret && isKnown),
          dir: "ltr",
          maxLength: 2048,
          value: values.value[name] ?? "",
          onInput: ({ currentTarget }: TargetedInputEvent<HTMLInputElement>) => {
            values.value = { ...values.peek(), [name]: currentTarget.value };
          },
        } as const;
        return isSecret ? (
          <input {...props} type="password" autocomplete="new-password" />
        ) : (
          <input {...props} type="text" autocomplete="off" />
        );
      }}
    </Field>
  ));
}
