import { useSignalEffect } from "@preact/signals";
import { AccountDialog } from "../account/account-dialog.tsx";
import { NowPage } from "../now/now-page.tsx";
import { SessionDrawer } from "../now/session-drawer.tsx";
import type { App } from "../state/app.ts";
import { type Address, PAGES } from "../state/route.ts";
import { Navigation } from "./navigation.tsx";
import { PageContent } from "./page-content.tsx";
import { RoleGate } from "./role-gate.tsx";
import { SignIn } from "./sign-in.tsx";
import { TopBar } from "./top-bar.tsx";

/** The whole page. */
export function Console({ app, address }: { app: App; address: Address }) {
  const { page, conversation } = address;
  const live = app.live.value;
  const forms = app.forms.value;
  const current = page.value;
  const connection = app.connection.value;
  const person = app.person.value;

  useSignalEffect(() => {
    const waiting = app.live.value?.sessions.groups.waiting.value.length ?? 0;
    const title =
      page.value === "why"
        ? "Why"
        : PAGES.find(({ path }) => path === page.value && path !== "now")?.title;
    const parts = [title, waiting > 0 ? `${waiting} waiting` : undefined, "stillhere"];
    document.title = parts.filter((part) => part !== undefined).join(" · ");
  });

  useSignalEffect(() => {
    // Its link in the details leads to the drawing behind them.
    if (address.explained.value !== null) app.live.value?.drawer.close();
  });

  useSignalEffect(() => {
    const id = conversation.value;
    if (id !== null) app.live.value?.drawer.open(id);
  });

  return (
    <>
      <TopBar
        connection={connection}
        person={person}
        onAccount={() => forms?.account.open()}
        onSignOut={app.signOut}
      />
      <SignIn signIn={app.signIn} />
      {live && (
        <>
          <Navigation current={current} />
          <NowPage
            live={live}
            isStale={connection === "lost"}
            isHidden={current !== "now"}
            onMore={app.loadMore}
          />
          {forms && person && (
            <RoleGate page={current} role={person.role}>
              <PageContent
                page={current}
                query={address.query.value}
                explained={address.explained.value}
                forms={forms}
                live={live}
                self={person}
              />
            </RoleGate>
          )}
          {forms && person && <AccountDialog account={forms.account} person={person} />}
          <SessionDrawer
            mayChange={person !== null && person.role !== "viewer"}
            drawer={live.drawer}
            reason={live.reason}
            settings={live.settings}
            audit={person?.role === "admin" ? forms?.audit : undefined}
            onClosed={address.leaveConversation}
          />
        </>
      )}
      <p id="announcement" class="unseen" role="status">
        {live?.announcer.text}
      </p>
    </>
  );
}
