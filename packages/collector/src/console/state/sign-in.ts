import { batch, signal } from "@preact/signals";
import { type Api, createApi, WrongKey } from "../live/api.ts";
import { type Link, takeLink } from "../live/fragment.ts";
import { removeKey, saveKey } from "../live/key.ts";
import { ApiProblem, failureWords } from "../live/problem.ts";
import type { Credentials, SignedIn } from "../model/person.ts";
import type { Settings } from "../model/settings.ts";

/** What a person who is signed in works with. */
export interface Access {
  api: Api;
  settings: Settings;
  /** `null`: with a secret key. */
  person: SignedIn | null;
}

const RETRY_MS = 2_000;

const KEY_REFUSED =
  "That key does not open this collector. It must be a secret key, beginning sk_.";

/** Asks for a password or a key until one is accepted, and retries while the collector is away. */
export function createSignIn(
  base: URL,
  onConnection: (state: "connecting" | "lost" | null) => void,
) {
  /** What is asked for now; `null`: nothing. */
  const asking = signal<"sign-in" | "invitation" | null>(null);
  const error = signal("");
  const anonymous = createApi(base, null);
  let give: (credentials: Credentials) => void = () => {};

  async function ask(kind: "sign-in" | "invitation"): Promise<Credentials> {
    batch(() => {
      onConnection(null);
      asking.value = kind;
    });
    const given = await new Promise<Credentials>((resolve) => {
      give = resolve;
    });
    asking.value = null;
    return given;
  }

  /** @returns `null` if nothing shows who it is */
  async function enter(given: Credentials | null, invite: string | null): Promise<Access | null> {
    if (given && "key" in given) {
      const api = createApi(base, given.key);
      const settings = await api.settings();
      saveKey(given.key);
      return { api, settings, person: null };
    }
    const person = await personOf(given, invite);
    return person && { api: anonymous, settings: await anonymous.settings(), person };
  }

  async function personOf(
    given: Exclude<Credentials, { key: string }> | null,
    invite: string | null,
  ): Promise<SignedIn | null> {
    if (!given) return invite === null ? anonymous.whoAmI() : null;
    if (invite !== null && "password" in given) return anonymous.acceptInvitation(invite, given);
    return anonymous.signIn(given);
  }

  return {
    asking,
    error,
    give: (credentials: Credentials) => give(credentials),

    async run(link: Link = takeLink()): Promise<Access> {
      let { invite } = link;
      let given: Credentials | null = null;
      if (link.enter !== null) given = { enter: link.enter };
      else if (link.key !== null) given = { key: link.key };
      for (;;) {
        onConnection("connecting");
        try {
          const access = await enter(given, invite);
          if (access) return access;
          given = await ask(invite === null ? "sign-in" : "invitation");
        } catch (failure) {
          if (failure instanceof WrongKey) {
            removeKey();
            error.value = given && "key" in given ? KEY_REFUSED : "";
            given = null;
          } else if (failure instanceof ApiProblem) {
            if (failure.code === "invitation_invalid") invite = null;
            error.value = failureWords(failure);
            given = await ask(invite === null ? "sign-in" : "invitation");
          } else {
            onConnection("lost");
            await new Promise((done) => setTimeout(done, RETRY_MS));
          }
        }
      }
    },
  };
}
