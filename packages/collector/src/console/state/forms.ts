import type { Api } from "../live/api.ts";
import { createAccount } from "./account.ts";
import { createAgents } from "./agents.ts";
import { createAudit } from "./audit.ts";
import { createConversations } from "./conversations.ts";
import { createDesks } from "./desks.ts";
import { createKeys } from "./keys.ts";
import type { LiveSessions } from "./live-sessions.ts";
import { createPeople } from "./people.ts";
import { createPresenceForm } from "./presence-form.ts";
import { createReports } from "./reports.ts";
import { createSettingsForm } from "./settings-form.ts";
import { createSetup } from "./setup.ts";
import { createTriggersForm } from "./triggers-form.ts";
import { createWebhooks } from "./webhooks.ts";
import { createWhy } from "./why.ts";

export type Forms = ReturnType<typeof createForms>;

/**
 * What the pages other than that of visitors now work on. It is kept from one page to the next.
 * @param isAdmin whether what only admins may read is read; what is refused would be in the audit log
 */
export function createForms(api: Api, { settings, store }: LiveSessions, isAdmin: () => boolean) {
  const triggers = createTriggersForm(api);
  const onUndone = async () => {
    settings.value = await api.settings();
    await triggers.read();
  };
  const audit = createAudit(api, onUndone, isAdmin);
  return {
    audit,
    conversations: createConversations(api, store),
    agents: createAgents(api, store),
    reports: createReports(api),
    why: createWhy(api, store),
    settings: createSettingsForm(api, settings),
    setup: createSetup(api, isAdmin),
    webhooks: createWebhooks(api),
    desks: createDesks(api),
    keys: createKeys(api),
    people: createPeople(api),
    account: createAccount(api),
    triggers,
    presence: createPresenceForm(api, settings),
  };
}
