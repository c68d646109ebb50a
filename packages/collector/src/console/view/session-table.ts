import type { SessionStore } from "../live/session-store.ts";
import { GROUPS, type Group, groupOf } from "../model/group.ts";
import { compareSessions } from "../model/order.ts";
import { matches } from "../model/search.ts";
import type { Session } from "../model/session.ts";
import { byId, element, setText } from "./element.ts";
import { flash } from "./flash.ts";
import { createSessionRow, type SessionRow } from "./session-row.ts";

interface Section {
  body: HTMLTableSectionElement;
  count: HTMLElement;
  /** Ids in the order shown. */
  ids: string[];
}

interface Entry extends SessionRow {
  group: Group | null;
  /** Whether it matches the search. */
  matchesSearch: boolean;
}

/** All sessions in one table section per group, kept in order as they change. */
export function startSessionTable(store: SessionStore, open: (id: string) => void) {
  const table = byId("sessions");
  const nothing = byId("nothing-found");
  const rows = new Map<string, Entry>();
  const sections = new Map<Group, Section>();
  let shownGroup: Group | null = null;
  let typed = "";

  keepTableRoles(table);

  for (const { group, title, meaning } of GROUPS) {
    const count = element("span", { class: "count" });
    const heading = element("th", { scope: "rowgroup", role: "rowheader", colspan: "5" });
    heading.append(title, " ", count, element("small", {}, meaning));
    const head = element("tr", { role: "row", class: "group" }, heading);
    const body = element("tbody", { role: "rowgroup", "data-group": group }, head);
    body.hidden = true;
    table.append(body);
    sections.set(group, { body, count, ids: [] });
  }

  function update(ids: readonly string[], changed: boolean): void {
    const touched = new Set<Group>();
    for (const id of ids) {
      const existing = rows.get(id);
      if (existing?.group) touched.add(removeFromSection(id, existing.group));
      const session = store.get(id);
      if (session) touched.add(addToSection(session, changed));
      else {
        existing?.row.remove();
        rows.delete(id);
      }
    }
    for (const group of touched) reorder(group);
    updateVisibility();
  }

  function removeFromSection(id: string, group: Group): Group {
    const section = sections.get(group);
    if (section) section.ids = section.ids.filter((other) => other !== id);
    return group;
  }

  function addToSection(session: Session, changed: boolean): Group {
    const { id } = session;
    const entry = rows.get(id) ?? {
      ...createSessionRow(id, open),
      group: null,
      matchesSearch: true,
    };
    entry.group = groupOf(session);
    entry.show(session);
    applySearch(entry, session);
    rows.set(id, entry);
    sections.get(entry.group)?.ids.push(id);
    if (changed) flash(entry.row);
    return entry.group;
  }

  function applySearch(entry: Entry, session: Session | undefined): void {
    entry.matchesSearch = session !== undefined && matches(session, typed);
    entry.row.hidden = !entry.matchesSearch;
  }

  /** Moves only the rows that are out of order, so that the others keep focus and selection. */
  function reorder(group: Group): void {
    const section = sections.get(group);
    if (!section) return;
    const sessions = section.ids.map((id) => store.get(id)).filter((found) => found !== undefined);
    section.ids = sessions.sort(compareSessions).map(({ id }) => id);
    let before = section.body.firstElementChild;
    for (const id of section.ids) {
      const row = rows.get(id)?.row;
      if (!row) continue;
      if (before?.nextElementSibling !== row) before?.after(row);
      before = row;
    }
    setText(section.count, String(section.ids.length));
  }

  function updateVisibility(): void {
    let shown = 0;
    for (const [group, { body, ids }] of sections) {
      const found = ids.filter((id) => rows.get(id)?.matchesSearch).length;
      body.hidden = found === 0 || (shownGroup !== null && shownGroup !== group);
      if (!body.hidden) shown += found;
    }
    nothing.hidden = shown > 0 || store.size === 0;
    table.hidden = shown === 0;
  }

  store.listen(update);

  return {
    /** Shows one group only, or all groups for `null`. */
    showGroup(group: Group | null): void {
      shownGroup = group;
      updateVisibility();
    },
    search(text: string): void {
      typed = text.trim();
      for (const [id, entry] of rows) applySearch(entry, store.get(id));
      updateVisibility();
    },
  };
}

/** Sets explicit roles, since some browsers drop them when rows are laid out as cards. */
function keepTableRoles(table: HTMLElement): void {
  const roles = { thead: "rowgroup", tr: "row", th: "columnheader" };
  table.setAttribute("role", "table");
  for (const [tag, role] of Object.entries(roles)) {
    for (const part of table.querySelectorAll(tag)) part.setAttribute("role", role);
  }
}
