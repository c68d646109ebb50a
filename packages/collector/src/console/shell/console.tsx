import { useSignalEffect } from "@preact/signals";
import { NowPage } from "../now/now-page.tsx";
import { SessionDrawer } from "../now/session-drawer.tsx";
import type { App } from "../state/app.ts";
import { SignIn } from "./sign-in.tsx";
import { TopBar } from "./top-bar.tsx";

/** The whole page. */
export function Console({ app }: { app: App }) {
  const live = app.live.value;
  const connection = app.connection.value;

  useSignalEffect(() => {
    const waiting = app.live.value?.sessions.groups.waiting.value.length ?? 0;
    document.title = waiting > 0 ? `${waiting} waiting · stillhere` : "stillhere";
  });

  return (
    <>
      <TopBar connection={connection} isSignedIn={live !== null} onSignOut={app.signOut} />
      <SignIn isHidden={!app.isAsking.value} error={app.error.value} onKey={app.giveKey} />
      {live && (
        <>
          <NowPage
            live={live}
            isStale={connection === "lost"}
            isHidden={false}
            onMore={app.loadMore}
          />
          <SessionDrawer drawer={live.drawer} settings={live.settings} />
        </>
      )}
      <p id="announcement" class="unseen" role="status">
        {live?.announcer.text}
      </p>
    </>
  );
}
