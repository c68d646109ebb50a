import type { ComponentChildren } from "preact";
import { ROLES, type Role } from "../../core/lists.ts";
import { ROLE_WORDS } from "../model/role-words.ts";
import { PAGES, type PagePath } from "../state/route.ts";
import { Page } from "../ui/page.tsx";

interface Need {
  role: Role;
  /** Whether others may read the page. */
  isReadable: boolean;
}

/** Which role makes changes on a page. */
const NEEDS: Partial<Record<PagePath, Need>> = {
  setup: { role: "admin", isReadable: true },
  presence: { role: "admin", isReadable: true },
  triggers: { role: "operator", isReadable: true },
  settings: { role: "operator", isReadable: true },
  // Sending again is for operators; the collector refuses the rest, and says so.
  webhooks: { role: "operator", isReadable: true },
  desks: { role: "admin", isReadable: false },
  people: { role: "admin", isReadable: false },
  audit: { role: "admin", isReadable: false },
};

interface Props {
  page: PagePath;
  /** Of the person at this browser. */
  role: Role;
  children: ComponentChildren;
}

/** Offers no change on a page to people whose role makes none there, and says why. */
export function RoleGate({ page, role, children }: Props) {
  const need = NEEDS[page];
  if (!need || ROLES.indexOf(role) >= ROLES.indexOf(need.role)) return <>{children}</>;
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
    <>
      <aside id="role-note" class="notice" aria-label="Your role">
        Your role, {own}, may look here. Changes are for people with the role {other}.
      </aside>
      <fieldset class="bare" disabled>
        {children}
      </fieldset>
    </>
  );
}
