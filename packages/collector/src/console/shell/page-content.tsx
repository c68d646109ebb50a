import { PresencePage } from "../presence/presence-page.tsx";
import { SettingsPage } from "../settings/settings-page.tsx";
import type { Forms } from "../state/forms.ts";
import type { PagePath } from "../state/route.ts";
import { TriggersPage } from "../triggers/triggers-page.tsx";

/** The page that the address names, unless it is that of visitors. */
export function PageContent({ page, forms }: { page: PagePath; forms: Forms }) {
  switch (page) {
    case "now":
      return null;
    case "presence":
      return <PresencePage form={forms.presence} />;
    case "triggers":
      return <TriggersPage form={forms.triggers} />;
    case "settings":
      return <SettingsPage form={forms.settings} />;
  }
}
