import type { SettingName } from "../../core/settings-schema.ts";
import { fieldOf, type Raw } from "../model/setting-value.ts";
import { SETTING_WORDS } from "../model/setting-words.ts";
import type { ControlProps } from "../ui/field.tsx";

interface Props {
  name: SettingName;
  raw: Raw;
  control: ControlProps;
  onChange: (raw: Raw) => void;
}

/** The input of one setting, by its kind. */
export function SettingControl({ name, raw, control, onChange }: Props) {
  const field = fieldOf(name);
  switch (field.kind) {
    case "flag":
      return (
        <input
          {...control}
          type="checkbox"
          checked={raw === true}
          onChange={({ currentTarget }) => onChange(currentTarget.checked)}
        />
      );
    case "choice":
      return (
        <select
          {...control}
          value={String(raw)}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        >
          {field.values.map((value) => (
            <option key={value} value={value ?? ""}>
              {SETTING_WORDS[name].choices?.[value ?? ""] ?? value}
            </option>
          ))}
        </select>
      );
    case "names":
    case "origins":
      return (
        <textarea
          {...control}
          rows={3}
          spellcheck={false}
          dir="ltr"
          value={String(raw)}
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
        />
      );
    default:
      return (
        <input
          {...control}
          type="text"
          inputMode="decimal"
          autocomplete="off"
          size={10}
          placeholder={field.default === null ? "" : String(field.default)}
          value={String(raw)}
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
        />
      );
  }
}
