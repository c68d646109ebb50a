import type { Roster } from "../live/roster.ts";
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
  /** It is what is searched for. */
  isFound: boolean;
}

/** All sessions, one table section for each group, every row in its place as things change. */
export function startSessionTable(roster: Roster, open: (id: string) => void) {
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
      const known = rows.get(id);
      if (known?.group) touched.add(take(id, known.group));
      const session = roster.get(id);
      if (session) touched.add(place(session, changed));
      else {
        known?.row.remove();
        rows.delete(id);
      }
    }
    for (const group of touched) arrange(group);
    hideWhatIsNotAskedFor();
  }

  function take(id: string, group: Group): Group {
    const section = sections.get(group);
    if (section) section.ids = section.ids.filter((other) => other !== id);
    return group;
  }

  function place(session: Session, changed: boolean): Group {
    const { id } = session;
    const entry = rows.get(id) ?? { ...createSessionRow(id, open), group: null, isFound: true };
    entry.group = groupOf(session);
    entry.show(session);
    find(entry, session);
    rows.set(id, entry);
    sections.get(entry.group)?.ids.push(id);
    if (changed) flash(entry.row);
    return entry.group;
  }

  function find(entry: Entry, session: Session | undefined): void {
    entry.isFound = session !== undefined && matches(session, typed);
    entry.row.hidden = !entry.isFound;
  }

  /** Moves only the rows that stand in the wrong place: the others keep focus and selection. */
  function arrange(group: Group): void {
    const section = sections.get(group);
    if (!section) return;
    const sessions = section.ids.map((id) => roster.get(id)).filter((found) => found !== undefined);
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

  function hideWhatIsNotAskedFor(): void {
    let shown = 0;
    for (const [group, { body, ids }] of sections) {
      const found = ids.filter((id) => rows.get(id)?.isFound).length;
      body.hidden = found === 0 || (shownGroup !== null && shownGroup !== group);
      if (!body.hidden) shown += found;
    }
    nothing.hidden = shown > 0 || roster.size === 0;
    table.hidden = shown === 0;
  }

  roster.listen(update);

  return {
    /** Shows one group only; null: all. */
    showGroup(group: Group | null): void {
      shownGroup = group;
      hideWhatIsNotAskedFor();
    },
    search(text: string): void {
      typed = text.trim();
      for (const [id, entry] of rows) find(entry, roster.get(id));
      hideWhatIsNotAskedFor();
    },
  };
}

/** On a phone the rows are laid out as cards, and some browsers then forget that it is a table. */
function keepTableRoles(table: HTMLElement): void {
  const roles = { thead: "rowgroup", tr: "row", th: "columnheader" };
  table.setAttribute("role", "table");
  for (const [tag, role] of Object.entries(roles)) {
    for (const part of table.querySelectorAll(tag)) part.setAttribute("role", role);
  }
}
