import { settingRole } from "../../core/setting-roles.ts";
import { FIELDS, type Field as SettingKind, type SettingName } from "../../core/settings-schema.ts";
import { ROLE_WORDS } from "../model/role-words.ts";
import { fieldOf, rawOf, valueIn, valueWords } from "../model/setting-value.ts";
import { SETTING_WORDS } from "../model/setting-words.ts";
import type { SettingsForm } from "../state/settings-form.ts";
import { Field } from "../ui/field.tsx";
import { useMay } from "../ui/own-role.tsx";
import { SettingControl } from "./setting-control.tsx";

/** One setting: its control, its unit and default, and what follows from it. */
export function SettingField({ name, form }: { name: SettingName; form: SettingsForm }) {
  const { label, does, wrong } = SETTING_WORDS[name];
  const role = settingRole(name);
  const may = useMay(role);
  const field = fieldOf(name);
  const raw = form.draft.value[name] ?? rawOf(valueIn(form.settings.value, name));
  return (
    <Field
      id={settingId(name)}
      label={label}
      unit={unitOf(field)}
      problem={form.problemOf(name)}
      isCheck={field.kind === "flag"}
      hint={
        <>
          <p>
            {does} {wrong}
          </p>
          <p>
            Default: {valueWords(name, FIELDS[name].default)}
            {rangeWords(field)}.
          </p>
          {!may && <p>People with the role {ROLE_WORDS[role].title} change it.</p>}
        </>
      }
    >
      {(control) => (
        <SettingControl
          name={name}
          raw={raw}
          control={{ ...control, disabled: !may }}
          onChange={(value) => form.set(name, value)}
        />
      )}
    </Field>
  );
}

/** The id of a setting's control. */
export function settingId(name: string): string {
  return `setting-${name.replaceAll(".", "-")}`;
}

function unitOf({ kind }: SettingKind): string | undefined {
  if (kind === "seconds") return "seconds";
  return kind === "count" ? "days" : undefined;
}

function rangeWords(field: SettingKind): string {
  if (field.kind !== "seconds" && field.kind !== "count") return "";
  return `; from ${field.min.toLocaleString()} to ${field.max.toLocaleString()}`;
}
