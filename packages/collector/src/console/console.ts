import { type Api, createApi, WrongKey } from "./live/api.ts";
import { type Feed, startFeed } from "./live/feed.ts";
import { forgetKey, keepKey, takeKey } from "./live/key.ts";
import { createRoster } from "./live/roster.ts";
import { watchShadow } from "./live/shadow.ts";
import type { Settings } from "./model/settings.ts";
import { isTrial } from "./model/shadow.ts";
import { announce } from "./view/announce.ts";
import { showLine } from "./view/connection.ts";
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

/** The routes are beside this script's folder, also where the collector lives under a path. */
const BASE = new URL("../", import.meta.url);

/** Far less than the eye notices. */
const GATHER_MS = 40;

const RETRY_MS = 2_000;

// A key given in the address while this page is open, too.
addEventListener("hashchange", () => {
  if (location.hash.includes("key=")) location.reload();
});

const { api, settings } = await signIn();
startDesk(api, settings);

/** Asks for a key until one opens, and keeps trying while the collector cannot be reached. */
async function signIn(): Promise<{ api: Api; settings: Settings }> {
  let key = takeKey();
  for (let trouble: string | null = null; ; ) {
    if (!key) {
      byId("line").hidden = true;
      key = await askForKey(trouble);
    }
    const api = createApi(BASE, key);
    showLine("connecting");
    try {
      const settings = await api.settings();
      keepKey(key);
      return { api, settings };
    } catch (error) {
      if (error instanceof WrongKey) {
        forgetKey();
        key = null;
        trouble = "That key does not open this collector. It must be a secret key, beginning sk_.";
      } else {
        showLine("lost");
        await new Promise((done) => setTimeout(done, RETRY_MS));
      }
    }
  }
}

function startDesk(api: Api, first: Settings): void {
  let settings = first;
  const roster = createRoster(GATHER_MS);
  const drawer = startDrawer(api, roster, () => settings);
  const table = startSessionTable(roster, drawer.open);
  const summary = startSummary(roster, table.showGroup);
  const showQueued = startQueueList(byId("queue"), "queued", roster, drawer.open);
  const showDirect = startQueueList(byId("direct"), "direct", roster, drawer.open);
  const showFirstSteps = startFirstSteps(settings);
  const more = byId<HTMLButtonElement>("more");

  const feed: Feed = startFeed(api, roster, {
    onLine: showLine,
    onLoaded(unread) {
      summary.setUnread(unread);
      more.hidden = unread.length === 0;
      showFirstSteps(roster.size === 0);
      shadow.follow(isTrial(settings));
    },
    onTransition(transition) {
      drawer.note("live", [transition]);
      announce(transition, roster, settings);
    },
    onSettings(fresh) {
      // A trial run that begins or ends shows in every session, but not in the stream.
      if (isTrial(fresh) !== isTrial(settings)) feed.reload();
      settings = fresh;
      explain(settings);
    },
    onQueue(queued, direct) {
      byId("queue-empty").hidden = showQueued(queued) > 0;
      byId("direct-part").hidden = showDirect(direct) === 0;
    },
    onRefused: signOut,
  });

  const shadow = watchShadow(api, roster, {
    onShadow(transitions) {
      drawer.note("shadow", transitions);
      feed.refresh(new Set(transitions.map(({ session }) => session)));
    },
    onGap: () => feed.reload(),
    onRefused: signOut,
  });

  roster.listen(() => showFirstSteps(roster.size === 0));
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

/** A reload leaves nothing behind of what the key had shown. */
function signOut(): void {
  forgetKey();
  location.reload();
}
