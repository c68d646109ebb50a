import { AgentsPage } from "../agents/agents-page.tsx";
import { AuditPage } from "../audit/audit-page.tsx";
import { ConversationsPage } from "../conversations/conversations-page.tsx";
import { DesksPage } from "../desks/desks-page.tsx";
import type { SignedIn } from "../model/person.ts";
import { visitorName } from "../model/words.ts";
import { PeoplePage } from "../people/people-page.tsx";
import { PresencePage } from "../presence/presence-page.tsx";
import { ReportsPage } from "../reports/reports-page.tsx";
import { SettingsPage } from "../settings/settings-page.tsx";
import { SetupPage } from "../setup/setup-page.tsx";
import type { Forms } from "../state/forms.ts";
import type { LiveSessions } from "../state/live-sessions.ts";
import type { PagePath } from "../state/route.ts";
import { TriggersPage } from "../triggers/triggers-page.tsx";
import { WebhooksPage } from "../webhooks/webhooks-page.tsx";
import { WhyPage } from "../why/why-page.tsx";

interface Props {
  page: PagePath;
  /** What follows the page's path in the address. */
  query: string;
  /** The conversation that the page `why` is of. */
  explained: string | null;
  forms: Forms;
  live: LiveSessions;
  /** The person at this browser. */
  self: SignedIn;
}

/** The page that the address names, unless it is that of visitors. */
export function PageContent({ page, query, explained, forms, live, self }: Props) {
  switch (page) {
    case "now":
      return null;
    case "conversations":
      return (
        <ConversationsPage
          conversations={forms.conversations}
          query={query}
          onOpen={live.drawer.open}
        />
      );
    case "why":
      return (
        explained !== null && (
          <WhyPage key={explained} why={forms.why} id={explained} onOpen={live.drawer.open} />
        )
      );
    case "agents":
      return <AgentsPage agents={forms.agents} onOpen={live.drawer.open} />;
    case "reports":
      return <ReportsPage reports={forms.reports} />;
    case "presence":
      return <PresencePage form={forms.presence} audit={forms.audit} live={live} />;
    case "triggers":
      return (
        <TriggersPage
          form={forms.triggers}
          audit={forms.audit}
          nameOf={(id) => {
            const session = live.store.get(id);
            return session ? visitorName(session) : id;
          }}
        />
      );
    case "setup":
      return (
        <SetupPage
          setup={forms.setup}
          form={forms.settings}
          audit={forms.audit}
          sessions={live.sessions}
        />
      );
    case "desks":
      return <DesksPage desks={forms.desks} setup={forms.setup} />;
    case "webhooks":
      return <WebhooksPage webhooks={forms.webhooks} keys={forms.keys} />;
    case "people":
      return <PeoplePage people={forms.people} self={self} />;
    case "audit":
      return <AuditPage audit={forms.audit} />;
    case "settings":
      return <SettingsPage form={forms.settings} audit={forms.audit} />;
  }
}
