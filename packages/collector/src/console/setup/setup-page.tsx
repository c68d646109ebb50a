import { useComputed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { BINDING_MODES, type BindingMode } from "../../core/lists.ts";
import { valueIn } from "../model/setting-value.ts";
import type { SettingGroup } from "../model/setting-words.ts";
import { isHeard, setupChecks } from "../model/setup-checks.ts";
import { SettingsEditor } from "../settings/settings-editor.tsx";
import type { Audit } from "../state/audit.ts";
import { type SessionSignals, sessionsIn } from "../state/sessions.ts";
import type { SettingsForm } from "../state/settings-form.ts";
import type { Setup } from "../state/setup.ts";
import { Page } from "../ui/page.tsx";
import { Attempts } from "./attempts.tsx";
import { CheckList } from "./check-list.tsx";
import { SnippetPicker } from "./snippet-picker.tsx";

const SITE: readonly SettingGroup[] = [
  { id: "site", title: "Your site", names: ["origins", "binding"] },
];

interface Props {
  setup: Setup;
  form: SettingsForm;
  audit: Audit;
  sessions: SessionSignals;
}

/** What connects a site: its address, who may report, the code, and what to check. */
export function SetupPage({ setup, form, audit, sessions }: Props) {
  useEffect(() => {
    setup.read();
    setup.readAttempts();
  }, [setup]);
  const isAnyHeard = useComputed(() => isHeard(sessionsIn(sessions)));
  const settings = form.settings.value;
  const binding = valueIn(settings, "binding") as BindingMode;
  return (
    <Page
      id="page-setup"
      title="Setting up"
      lead="Connect your site, so that its pages report whether their visitor is there."
    >
      <SettingsEditor form={form} audit={audit} groups={SITE} />
      <SnippetPicker
        collector={setup.collector}
        siteKey={setup.key.value}
        binding={BINDING_MODES.includes(binding) ? binding : "token"}
      />
      <CheckList checks={setupChecks(settings, isAnyHeard.value)} />
      <Attempts attempts={setup.attempts.value} onRead={setup.readAttempts} />
    </Page>
  );
}
