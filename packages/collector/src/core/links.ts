/**
 * Links: the conversations at help desks that a session stands for, each with its ticket there. The same
 * ticket number may exist at two desks.
 * @module
 */

export interface Link {
  readonly desk: string;
  /** The desk's own id of the conversation. */
  readonly conversation: string;
  readonly ticket: string | null;
}

export const MAX_LINKS = 8;

/** The links after they were set to `links`; the same list if nothing changes. */
export function replaceLinks(current: readonly Link[], links: readonly Link[]): readonly Link[] {
  const isSame =
    links.length === current.length && links.every((link, at) => isEqual(link, current[at]));
  return isSame ? current : links;
}

/** The links of both, those of `first` first; of one conversation at a desk there is one. */
export function joinLinks(first: readonly Link[], others: readonly Link[]): readonly Link[] {
  const added = others.filter((link) => !first.some((known) => isOfSame(link, known)));
  return added.length === 0 ? first : [...first, ...added].slice(0, MAX_LINKS);
}

/** The links with this one. A ticket that it does not name stays as it is. */
export function addLink(links: readonly Link[], added: Link): readonly Link[] {
  const current = links.find((link) => isOfSame(link, added));
  if (!current) return joinLinks(links, [added]);
  if (added.ticket === null || added.ticket === current.ticket) return links;
  return links.map((link) => (link === current ? added : link));
}

/** Whether two links are of the same conversation at the same desk. */
export function isOfSame(a: Link, b: Link): boolean {
  return a.desk === b.desk && a.conversation === b.conversation;
}

function isEqual(a: Link, b: Link | undefined): boolean {
  return b !== undefined && isOfSame(a, b) && a.ticket === b.ticket;
}
