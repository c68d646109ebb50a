/**
 * The writes that a trial run of presence does not make. Nothing is delivered in it, so they are read from the
 * history of the sessions' copies when they are asked for.
 * @module
 */
import type { Transition } from "../core/transition.ts";
import type { Engine } from "../engine/engine.ts";
import { entries } from "../engine/insights.ts";
import { lastTrial } from "../engine/trial.ts";
import type { LogEntry } from "../stores/store.ts";
import { changedBy } from "./changes.ts";
import type { Changed, Standing, Written } from "./desk.ts";
import type { ConfiguredDesk, Desks } from "./desks.ts";
import { type DryWrite, MAX_DRY_WRITES } from "./dry-run.ts";
import { withToldReason } from "./told-reason.ts";

/** How far back it is read, one after another until there are enough. */
const PERIODS_MS = [3_600_000, 24 * 3_600_000, 7 * 24 * 3_600_000] as const;
const LOAD_LIMIT = 50;

/** What is told, before it is known which conversation of the desk it concerns. */
interface TrialWrite extends Pick<Standing, "presence" | "reason" | "changed"> {
  readonly entry: LogEntry;
}

type Trials = Pick<Engine, "store" | "clock" | "broadcasts">;

/** Newest first, 100 at most; none unless a trial run goes on. */
export async function trialWrites(
  engine: Trials,
  desks: Desks,
  desk: ConfiguredDesk,
): Promise<readonly DryWrite[]> {
  const sink = desks.kind(desk.kind)?.sink;
  const { outbound, account } = desk;
  if (!sink || !outbound || !isTrial(engine, account)) return [];
  const words = desks.mappingOf(desk);
  const tellable = (changed: Changed) => sink.tellable(changed, outbound, words);
  const now = engine.clock.now();
  const periodMs = Math.max(...PERIODS_MS);
  const trial = await lastTrial(engine.store, account, {
    isTrial: true,
    since: now - periodMs,
    periodMs,
  });
  let writes: readonly DryWrite[] = [];
  for (const periodMs of PERIODS_MS) {
    const from = Math.max(now - periodMs, trial?.from ?? 0);
    const found = await writesSince(engine, account, from, tellable);
    writes = await ofDesk(engine, desk, found);
    if (writes.length === MAX_DRY_WRITES || from > now - periodMs) break;
  }
  return writes;
}

export function isTrial({ broadcasts }: Pick<Engine, "broadcasts">, account: string): boolean {
  return broadcasts.latest(account).settings.presence.mode === "shadow";
}

/** Oldest first. */
async function writesSince(
  { store }: Trials,
  account: string,
  from: number,
  tellable: (changed: Changed) => Changed,
): Promise<readonly TrialWrite[]> {
  const writes: TrialWrite[] = [];
  const told = new Map<string, Written>();
  /** A delivery tells what a transition and the triggers of the same instant have made of the session. */
  const last = new Map<string, number>();
  for await (const entry of entries(store, account, "shadow", from)) {
    const { session, sessionCreatedAt, transition } = entry;
    if (transition.at < from) continue;
    const key = `${sessionCreatedAt} ${session}`;
    const before = told.get(key) ?? writtenIn(transition.from);
    const after = writtenIn(transition.to);
    if (!after) continue;
    const changed = tellable(changedBy(transition));
    const about = { conversation: "", ticket: null, changed };
    const { presence, reason } = withToldReason({ ...about, ...after }, before);
    told.set(key, { presence, reason });
    const isKnown = before?.presence === presence && before.reason === reason;
    if (isKnown && Object.keys(changed).length === 0) continue;
    const index = last.get(key) ?? -1;
    const earlier = writes[index];
    if (earlier?.entry.transition.at === transition.at) {
      writes[index] = { entry, presence, reason, changed: joined(earlier.changed, changed) };
    } else {
      last.set(key, writes.length);
      writes.push({ entry, presence, reason, changed });
    }
  }
  return writes;
}

function joined(a: Changed, b: Changed): Changed {
  if (!a.tags || !b.tags) return { ...a, ...b };
  const added = [...new Set([...a.tags.added, ...b.tags.added])];
  const removed = [...new Set([...a.tags.removed, ...b.tags.removed])];
  return { ...a, ...b, tags: { added, removed } };
}

/** What a desk is told of a session that stands so; `null`: nothing, as it has not begun or is not seen. */
function writtenIn({ state, presence, reason }: Transition["to"]): Written | null {
  if (state === "none" || (presence !== "online" && presence !== "offline")) return null;
  return { presence, reason };
}

/** Those of the desk's own conversations, the last ones first. */
async function ofDesk(
  { store }: Trials,
  { account, id: desk }: ConfiguredDesk,
  writes: readonly TrialWrite[],
): Promise<readonly DryWrite[]> {
  const found: DryWrite[] = [];
  for (let end = writes.length; end > 0 && found.length < MAX_DRY_WRITES; end -= LOAD_LIMIT) {
    const part = writes.slice(Math.max(0, end - LOAD_LIMIT), end).reverse();
    const ids = [...new Set(part.map(({ entry }) => entry.session))];
    const loaded = await store.load(ids.map((id) => ({ key: { account, id }, eventIds: [] })));
    const sessions = new Map(ids.map((id, index) => [id, loaded[index]?.stored?.session]));
    for (const { entry, ...told } of part) {
      const session = sessions.get(entry.session);
      if (session?.createdAt !== entry.sessionCreatedAt) continue;
      for (const { conversation, ticket } of session.links.filter((link) => link.desk === desk)) {
        const { session: id, transition } = entry;
        found.push({ session: id, conversation, ticket, ...told, at: transition.at });
      }
    }
  }
  return found.slice(0, MAX_DRY_WRITES);
}
