import { batch, signal } from "@preact/signals";
import { type Api, createApi, WrongKey } from "../live/api.ts";
import { loadKey, removeKey, saveKey } from "../live/key.ts";
import type { Settings } from "../model/settings.ts";
import { createForms, type Forms } from "./forms.ts";
import {
  createLiveSessions,
  type Following,
  followSessions,
  type LiveSessions,
} from "./live-sessions.ts";

export type Connection = "connecting" | "live" | "lost";

const RETRY_MS = 2_000;

export type App = ReturnType<typeof createApp>;

/**
 * The console from sign-in to sign-out.
 * @param base the URL of the collector's routes, with a trailing slash
 */
export function createApp(base: URL) {
  const connection = signal<Connection | null>("connecting");
  const isAsking = signal(false);
  const error = signal("");
  const live = signal<LiveSessions | null>(null);
  const forms = signal<Forms | null>(null);
  let following: Following | null = null;
  let giveKey: (key: string) => void = () => {};

  /** Asks for a key until one is accepted, and retries while the collector cannot be reached. */
  async function signIn(): Promise<{ api: Api; settings: Settings }> {
    for (let key = loadKey(); ; ) {
      key ||= await askForKey();
      connection.value = "connecting";
      const api = createApi(base, key);
      try {
        const settings = await api.settings();
        saveKey(key);
        return { api, settings };
      } catch (failure) {
        if (failure instanceof WrongKey) {
          removeKey();
          key = null;
          error.value =
            "That key does not open this collector. It must be a secret key, beginning sk_.";
        } else {
          connection.value = "lost";
          await new Promise((done) => setTimeout(done, RETRY_MS));
        }
      }
    }
  }

  async function askForKey(): Promise<string> {
    batch(() => {
      connection.value = null;
      isAsking.value = true;
    });
    const key = await new Promise<string>((resolve) => {
      giveKey = resolve;
    });
    isAsking.value = false;
    return key;
  }

  /** Reloads the page, so that nothing that the key gave access to remains. */
  function leave(): void {
    removeKey();
    location.reload();
  }

  return {
    connection,
    isAsking,
    error,
    live,
    forms,
    giveKey: (key: string) => giveKey(key),
    loadMore: () => following?.loadMore(),

    async start(): Promise<void> {
      const { api, settings } = await signIn();
      const opened = createLiveSessions(api, settings);
      following = followSessions(
        opened,
        (state) => {
          connection.value = state;
        },
        leave,
      );
      batch(() => {
        live.value = opened;
        forms.value = createForms(api, opened.settings);
      });
    },

    signOut(): void {
      following?.stop();
      leave();
    },
  };
}
