import type { ComponentChildren } from "preact";
import { ROLES, type Role } from "../../core/lists.ts";
import { ROLE_WORDS } from "../model/role-words.ts";
import { PAGES, type PagePath } from "../state/route.ts";
import { OwnRole } from "../ui/own-role.tsx";
import { Page } from "../ui/page.tsx";

interface Need {
  role: Role;
  /** Whether others may read the page. */
  isReadable: boolean;
}

/** Which role makes all changes on a page. */
const NEEDS: Partial<Record<PagePath, Need>> = {
  agents: { role: "operator", isReadable: true },
  setup: { role: "admin", isReadable: true },
  presence: { role: "admin", isReadable: true },
  triggers: { role: "operator", isReadable: true },
  settings: { role: "operator", isReadable: true },
  webhooks: { role: "admin", isReadable: true },
  desks: { role: "admin", isReadable: false },
  people: { role: "admin", isReadable: false },
  audit: { role: "admin", isReadable: false },
};

const SEND_AGAIN = ", and send again what was not delivered";

interface Props {
  page: PagePath;
  /** Of the person at this browser. */
  role: Role;
  children: ComponentChildren;
}

/**
 * Says on a page whose changes are for another role that they are, or keeps the page from people who may not
 * read it. Which controls are switched off is up to the page.
 */
export function RoleGate({ page, role, children }: Props) {
  const need = NEEDS[page];
  if (!need || ROLES.indexOf(role) >= ROLES.indexOf(need.role)) {
    return <OwnRole.Provider value={role}>{children}</OwnRole.Provider>;
  }
  const [own, other] = [ROLE_WORDS[role].title, ROLE_WORDS[need.role].title];
  if (!need.isReadable) {
    const lead = `This page is for people with the role ${other}. Yours is ${own}.`;
    const title = PAGES.find(({ path }) => path === page)?.title ?? "";
    return (
      <Page key={page} id={`page-${page}`} title={title} lead={lead}>
        {null}
      </Page>
    );
  }
  return (
    <OwnRole.Provider value={role}>
      <aside id="role-note" class="notice" aria-label="Your role">
        Your role, {own}, may look here{page === "webhooks" && role === "operator" && SEND_AGAIN}.
        Changes are for people with the role {other}.
      </aside>
      {children}
    </OwnRole.Provider>
  );
}
