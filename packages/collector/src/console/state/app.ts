import { batch, signal } from "@preact/signals";
import type { Api } from "../live/api.ts";
import type { SignedIn } from "../model/person.ts";
import { createForms, type Forms } from "./forms.ts";
import {
  createLiveSessions,
  type Following,
  followSessions,
  type LiveSessions,
} from "./live-sessions.ts";
import { createSignIn } from "./sign-in.ts";

export type Connection = "connecting" | "live" | "lost";

export type App = ReturnType<typeof createApp>;

/**
 * The console from sign-in to sign-out.
 * @param base the URL of the collector's routes, with a trailing slash
 */
export function createApp(base: URL) {
  const connection = signal<Connection | null>("connecting");
  const signIn = createSignIn(
    base,
    (state) => {
      connection.value = state;
    },
    readRole,
  );
  const live = signal<LiveSessions | null>(null);
  const forms = signal<Forms | null>(null);
  const person = signal<SignedIn | null>(null);
  let following: Following | null = null;
  let opened: Api | null = null;

  /** Reads who is signed in again: the role may be another one now. */
  async function readRole(): Promise<void> {
    const known = person.peek();
    const now = known && (await opened?.whoAmI().catch(() => null));
    if (now && now.role !== known.role) person.value = now;
  }

  /** Reloads the page, so that nothing that was read remains. */
  function leave(): void {
    location.reload();
  }

  return {
    connection,
    signIn,
    live,
    forms,
    /** Who is signed in; `null` until then. */
    person,
    loadMore: () => following?.loadMore(),

    async start(): Promise<void> {
      const access = await signIn.run();
      opened = access.api;
      const sessions = createLiveSessions(access.api, access.settings);
      following = followSessions(
        sessions,
        (state) => {
          connection.value = state;
        },
        leave,
      );
      batch(() => {
        live.value = sessions;
        forms.value = createForms(access.api, sessions, () => person.peek()?.role === "admin");
        person.value = access.person;
      });
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "visible") readRole();
      });
    },

    async signOut(): Promise<void> {
      following?.stop();
      // A cookie that could not be ended would sign in again.
      if (person.peek()) await opened?.signOut().catch(() => {});
      leave();
    },
  };
}
