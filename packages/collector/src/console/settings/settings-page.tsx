import { SETTING_GROUPS } from "../model/setting-words.ts";
import type { SettingsForm } from "../state/settings-form.ts";
import { Page } from "../ui/page.tsx";
import { SettingsEditor } from "./settings-editor.tsx";

/** Every setting but the mode of presence, which has a page of its own. */
export function SettingsPage({ form }: { form: SettingsForm }) {
  return (
    <Page
      id="page-settings"
      title="Settings"
      lead="How presence and silence are judged. An empty field goes back to its default."
    >
      <SettingsEditor form={form} groups={SETTING_GROUPS} />
    </Page>
  );
}
