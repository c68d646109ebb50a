import { batch, signal } from "@preact/signals";
import type { AuditAction } from "../../core/lists.ts";
import type { Api } from "../live/api.ts";
import { createReadings, type Readings } from "../live/readings.ts";
import { type AuditEntry, undoneWords } from "../model/audit.ts";
import { createWork } from "./work.ts";

/** How many of the latest entries are searched for those of one setting or trigger. */
const TRAIL_LENGTH = 200;
const PAGE_LENGTH = 50;

export type Audit = ReturnType<typeof createAudit>;

/**
 * The audit log, and undoing its entries.
 * @param onUndone reads again what an undo may have changed
 * @param mayRead whether the person's role allows to read it
 */
export function createAudit(
  api: Pick<Api, "audit" | "undo">,
  onUndone: () => Promise<void>,
  mayRead: () => boolean = () => true,
) {
  const work = createWork();
  const entries = signal<readonly AuditEntry[] | null>(null);
  const cursor = signal<string | null>(null);
  const action = signal<AuditAction | "">("");
  const by = signal("");
  /** The latest entries of a kind; missing until they were read, `null` if the role does not allow it. */
  const trails = signal<ReadonlyMap<AuditAction, readonly AuditEntry[] | null>>(new Map());

  const readings = createReadings();
  const trailReadings = new Map<AuditAction, Readings>();

  /** A page that comes after one that was asked for later, as with another filter, is dropped. */
  async function readPage(from: string | null): Promise<void> {
    const isLast = readings.begin();
    const found: AuditEntry[] = from === null ? [] : [...(entries.peek() ?? [])];
    const before = found.length;
    let next = from;
    // With a filter a page may be empty, and not the last one.
    do {
      const page = await api.audit({
        action: action.peek(),
        by: by.peek().trim(),
        cursor: next,
        limit: PAGE_LENGTH,
      });
      found.push(...page.entries);
      next = page.cursor;
    } while (next !== null && found.length === before);
    if (!isLast()) return;
    batch(() => {
      entries.value = found;
      cursor.value = next;
    });
  }

  async function readTrail(kind: AuditAction): Promise<void> {
    const ofKind = trailReadings.get(kind) ?? createReadings();
    trailReadings.set(kind, ofKind);
    const isLast = ofKind.begin();
    let found: readonly AuditEntry[] | null = null;
    try {
      const query = { action: kind, by: "", cursor: null, limit: TRAIL_LENGTH };
      if (mayRead()) found = (await api.audit(query)).entries;
    } catch {
      // The role may be another one now.
    }
    if (!isLast()) return;
    trails.value = new Map([...trails.peek(), [kind, found]]);
  }

  return {
    entries,
    cursor,
    action,
    by,
    trails,
    status: work.status,
    isBusy: work.isBusy,
    readTrail,

    read: () =>
      work.run(async () => {
        await readPage(null);
        return "";
      }),

    readMore: () =>
      work.run(async () => {
        await readPage(cursor.peek());
        return "";
      }),

    undo: (entry: AuditEntry) =>
      work.run(async () => {
        try {
          const words = undoneWords(await api.undo(entry.id));
          await onUndone();
          return words;
        } finally {
          // Where it was refused, too: what can be undone has changed meanwhile.
          if (entries.peek() !== null) await readPage(null);
          await Promise.all([...trails.peek().keys()].map(readTrail));
        }
      }),
  };
}
