import type { Signal } from "@preact/signals";
import type { DeskField } from "../model/desk-field.ts";
import { problemWith } from "../model/json-schema.ts";
import { type ControlProps, Field } from "../ui/field.tsx";

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

/** What leads to a desk, and gives access to it. What is typed is checked by the schema of its kind. */
export function DeskFields({ id, fields, values, problems, isKnown }: Props) {
  return fields.map((field) => {
    const { name, label, hint, isSecret, schema, isOptional } = field;
    const text = values.value[name] ?? "";
    const typed = schema && text !== "" ? problemWith(schema, text.trim()) : undefined;
    const note = isSecret && isKnown ? "Empty: it stays as it is." : isOptional && "May be empty.";
    return (
      <Field
        key={name}
        id={`${id}-${name.replace(".", "-")}`}
        label={label}
        hint={[hint, note].filter(Boolean).join(" ")}
        problem={typed ?? problems[name]}
        isCheck={schema?.type === "boolean"}
      >
        {(control) => (
          <DeskControl
            control={control}
            field={field}
            text={text}
            isRequired={!(isSecret && isKnown) && !isOptional}
            onText={(next) => {
              values.value = { ...values.peek(), [name]: next };
            }}
          />
        )}
      </Field>
    );
  });
}

interface ControlOf {
  control: ControlProps;
  field: DeskField;
  text: string;
  isRequired: boolean;
  onText: (text: string) => void;
}

function DeskControl({ control, field, text, isRequired, onText }: ControlOf) {
  const { isSecret, schema } = field;
  if (schema?.type === "boolean") {
    return (
      <input
        {...control}
        type="checkbox"
        checked={(text || String(schema.default)) === "true"}
        onChange={({ currentTarget }) => onText(String(currentTarget.checked))}
      />
    );
  }
  if (schema?.enum) {
    return (
      <select
        {...control}
        required={isRequired}
        value={text}
        onChange={({ currentTarget }) => onText(currentTarget.value)}
      >
        {["", ...schema.enum.map(String)].map((value) => (
          <option key={value} value={value}>
            {value}
          </option>
        ))}
      </select>
    );
  }
  return (
    <input
      {...control}
      required={isRequired}
      dir="ltr"
      maxLength={2048}
      value={text}
      onInput={({ currentTarget }) => onText(currentTarget.value)}
      {...(isSecret
        ? { type: "password", autocomplete: "new-password" }
        : { type: "text", autocomplete: "off" })}
    />
  );
}
