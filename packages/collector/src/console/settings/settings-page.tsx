import { useEffect } from "preact/hooks";
import { SETTING_GROUPS } from "../model/setting-words.ts";
import type { Audit } from "../state/audit.ts";
import type { SettingsForm } from "../state/settings-form.ts";
import { Page } from "../ui/page.tsx";
import { SettingsEditor } from "./settings-editor.tsx";

/** Every setting but the mode of presence, which has a page of its own. */
export function SettingsPage({ form, audit }: { form: SettingsForm; audit: Audit }) {
  useEffect(() => form.forgetStatus, [form]);
  return (
    <Page
      id="page-settings"
      title="Settings"
      lead="How presence and silence are judged. An empty field goes back to its default."
    >
      <SettingsEditor form={form} audit={audit} groups={SETTING_GROUPS} />
    </Page>
  );
}
