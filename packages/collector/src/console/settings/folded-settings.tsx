import { useSignal } from "@preact/signals";
import type { FoldedGroup } from "../model/setting-words.ts";
import type { SettingsForm } from "../state/settings-form.ts";
import { SettingField } from "./setting-field.tsx";

/** Settings that few need, folded unless one of them was changed here or is wrong. */
export function FoldedSettings({ group, form }: { group: FoldedGroup; form: SettingsForm }) {
  const { title, names } = group;
  const isOpen = useSignal(false);
  const isEdited = names.some(
    (name) => form.draft.value[name] !== undefined || form.problemOf(name) !== undefined,
  );
  return (
    <details
      class="folded"
      open={isOpen.value || isEdited}
      onToggle={({ currentTarget }) => {
        isOpen.value = currentTarget.open;
      }}
    >
      <summary>{title}</summary>
      {names.map((name) => (
        <SettingField key={name} name={name} form={form} />
      ))}
    </details>
  );
}
