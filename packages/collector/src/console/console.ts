import { type Api, createApi, WrongKey } from "./live/api.ts";
import { type Feed, startFeed } from "./live/feed.ts";
import { loadKey, removeKey, saveKey } from "./live/key.ts";
import { createSessionStore } from "./live/session-store.ts";
import { watchShadow } from "./live/shadow.ts";
import type { Settings } from "./model/settings.ts";
import { isTrial } from "./model/shadow.ts";
import { announce } from "./view/announce.ts";
import { showConnection } from "./view/connection.ts";
import { startDrawer } from "./view/drawer.ts";
import { byId } from "./view/element.ts";
import { explain } from "./view/explain.ts";
import { startFirstSteps } from "./view/first-steps.ts";
import { startInsights } from "./view/insights.ts";
import { startQueueList } from "./view/queue-list.ts";
import { startSessionTable } from "./view/session-table.ts";
import { askForKey } from "./view/sign-in.ts";
import { startCounting } from "./view/since.ts";
import { startSummary } from "./view/summary.ts";
import { showUnheard } from "./view/unheard.ts";

/** Relative to this script's folder, so that it also works under a path. */
const BASE = new URL("../", import.meta.url);

/** Too short to be noticed. */
const BATCH_MS = 40;

const RETRY_MS = 2_000;

// A key may also be put into the URL while this page is open.
addEventListener("hashchange", () => {
  if (location.hash.includes("key=")) location.reload();
});

const { api, settings } = await signIn();
startConsole(api, settings);

/** Asks for a key until one is accepted, and retries while the collector cannot be reached. */
async function signIn(): Promise<{ api: Api; settings: Settings }> {
  let key = loadKey();
  for (let error: string | null = null; ; ) {
    if (!key) {
      byId("connection").hidden = true;
      key = await askForKey(error);
    }
    const api = createApi(BASE, key);
    showConnection("connecting");
    try {
      const settings = await api.settings();
      saveKey(key);
      return { api, settings };
    } catch (failure) {
      if (failure instanceof WrongKey) {
        removeKey();
        key = null;
        error = "That key does not open this collector. It must be a secret key, beginning sk_.";
      } else {
        showConnection("lost");
        await new Promise((done) => setTimeout(done, RETRY_MS));
      }
    }
  }
}

function startConsole(api: Api, first: Settings): void {
  let settings = first;
  const store = createSessionStore(BATCH_MS);
  const drawer = startDrawer(api, store, () => settings);
  const table = startSessionTable(store, drawer.open);
  const summary = startSummary(store, table.showGroup);
  const showQueued = startQueueList(byId("queue"), "queued", store, drawer.open);
  const showDirect = startQueueList(byId("direct"), "direct", store, drawer.open);
  const showFirstSteps = startFirstSteps(settings);
  const more = byId<HTMLButtonElement>("more");

  const feed: Feed = startFeed(api, store, {
    onConnection: showConnection,
    onLoaded(unread) {
      summary.setUnread(unread);
      more.hidden = unread.length === 0;
      showFirstSteps(store.size === 0);
      shadow.follow(isTrial(settings));
    },
    onTransition(transition) {
      drawer.note("live", [transition]);
      announce(transition, store, settings);
    },
    onSettings(fresh) {
      // The start or end of a trial run changes every session, but is not in the stream.
      if (isTrial(fresh) !== isTrial(settings)) feed.reload();
      settings = fresh;
      explain(settings);
    },
    onQueue(queued, direct) {
      byId("queue-empty").hidden = showQueued(queued) > 0;
      byId("direct-part").hidden = showDirect(direct) === 0;
    },
    onUnheard: showUnheard,
    onRefused: signOut,
  });

  const shadow = watchShadow(api, store, {
    onShadow(transitions) {
      drawer.note("shadow", transitions);
      feed.refresh(new Set(transitions.map(({ session }) => session)));
    },
    onGap: () => feed.reload(),
    onRefused: signOut,
  });

  store.listen(() => showFirstSteps(store.size === 0));
  more.addEventListener("click", () => feed.loadMore().catch(() => {}));
  const search = byId<HTMLInputElement>("search");
  search.addEventListener("input", () => table.search(search.value));
  byId("sign-out").addEventListener("click", () => {
    feed.stop();
    shadow.follow(false);
    signOut();
  });

  explain(settings);
  startInsights(api);
  startCounting();
  byId("desk").hidden = false;
  byId("sign-out").hidden = false;
}

/** Reloads the page, so that nothing that the key gave access to remains. */
function signOut(): void {
  removeKey();
  location.reload();
}
