import { batch, signal } from "@preact/signals";
import type { State } from "../../core/lists.ts";
import type { Api } from "../live/api.ts";
import { type Feed, startFeed } from "../live/feed.ts";
import { createSessionStore } from "../live/session-store.ts";
import { watchShadow } from "../live/shadow.ts";
import type { Settings } from "../model/settings.ts";
import { isTrial } from "../model/shadow.ts";
import type { Transition } from "../model/transition.ts";
import { createAnnouncer } from "./announcer.ts";
import { createDrawer } from "./drawer.ts";
import { createQueueList } from "./queue.ts";
import { createSessionSignals } from "./sessions.ts";
import { createTable } from "./table.ts";
import { createWhy } from "./why.ts";

/** Too short to be noticed: with many changes the page renders ten times a second. */
const BATCH_MS = 100;

export type LiveSessions = ReturnType<typeof createLiveSessions>;

/** Everything that the live page shows. {@link followSessions} keeps it up to date. */
export function createLiveSessions(api: Api, first: Settings) {
  const store = createSessionStore(BATCH_MS);
  const settings = signal(first);
  const sessions = createSessionSignals(store);
  return {
    api,
    store,
    settings,
    sessions,
    table: createTable(sessions),
    queued: createQueueList("queued", store),
    direct: createQueueList("direct", store),
    drawer: createDrawer(api, store, settings),
    /** Why the visitor of the conversation whose details are open was called gone. */
    reason: createWhy(api, store),
    announcer: createAnnouncer(store, settings),
    /** Rises with each change of presence that the rows show, in a trial run of the shadow's. */
    verdicts: signal(0),
    /** Whether anything is known about the sessions; until then neither they nor a hint are shown. */
    isLoaded: signal(false),
    /** The states with sessions that are not loaded yet. */
    unread: signal<readonly State[]>([]),
    /** Since when no page can reach the collector; `null` if they do. */
    unheardSince: signal<string | null>(null),
  };
}

/** What {@link followSessions} started. */
export interface Following {
  loadMore(): void;
  stop(): void;
}

/**
 * Follows the collector until stopped.
 * @param onConnection called when the stream opens or breaks
 * @param onRefused called if the key is no longer valid
 */
export function followSessions(
  live: LiveSessions,
  onConnection: (state: "live" | "lost") => void,
  onRefused: () => void,
): Following {
  const { api, store, settings, drawer } = live;
  store.listen(() => {
    live.isLoaded.value = true;
  });

  function noteVerdicts(transitions: readonly Transition[]): void {
    const isVerdict = ({ from, to }: Transition) => from.presence !== to.presence;
    if (transitions.some(isVerdict)) live.verdicts.value += 1;
  }

  const feed: Feed = startFeed(api, store, {
    onConnection,
    onLoaded(unread) {
      batch(() => {
        live.unread.value = unread;
        live.isLoaded.value = true;
      });
      shadow.follow(isTrial(settings.peek()));
    },
    onTransition(transition) {
      noteVerdicts([transition]);
      drawer.note("live", [transition]);
      live.announcer.announce(transition);
    },
    onSettings(fresh) {
      settings.value = fresh;
    },
    onQueue(queued, direct) {
      batch(() => {
        live.queued.show(queued);
        live.direct.show(direct);
      });
    },
    onUnheard(since) {
      live.unheardSince.value = since;
    },
    onRefused,
  });

  const shadow = watchShadow(api, store, {
    onShadow(transitions) {
      noteVerdicts(transitions);
      drawer.note("shadow", transitions);
      feed.refresh(new Set(transitions.map(({ session }) => session)));
    },
    onGap: () => feed.reload(),
    onRefused,
  });

  let wasTrial = isTrial(settings.peek());
  const stopComparing = settings.subscribe((current) => {
    if (isTrial(current) === wasTrial) return;
    wasTrial = isTrial(current);
    // The start or end of a trial run changes every session, but is not in the stream.
    feed.reload();
  });

  return {
    loadMore: () => void feed.loadMore().catch(() => {}),
    stop() {
      stopComparing();
      feed.stop();
      shadow.follow(false);
    },
  };
}
