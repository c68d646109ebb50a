import { batch, signal } from "@preact/signals";
import { type Api, createApi, SignInEnded } from "../live/api.ts";
import { type Link, takeLink } from "../live/fragment.ts";
import { ApiProblem, failureWords } from "../live/problem.ts";
import type { Password, SignedIn } from "../model/person.ts";
import type { Settings } from "../model/settings.ts";

/** What a person who is signed in works with. */
export interface Access {
  api: Api;
  settings: Settings;
  person: SignedIn;
}

type Credentials = Password | { enter: string };

const RETRY_MS = 2_000;

/** Asks for a password until one is accepted, and retries while the collector is away. */
export function createSignIn(
  base: URL,
  onConnection: (state: "connecting" | "lost" | null) => void,
  onRoleMissing?: () => void,
) {
  /** What is asked for now; `null`: nothing. */
  const asking = signal<"sign-in" | "invitation" | null>(null);
  const error = signal("");
  const api = createApi(base, onRoleMissing);
  let give: (password: Password) => void = () => {};

  async function ask(kind: "sign-in" | "invitation"): Promise<Password> {
    batch(() => {
      onConnection(null);
      asking.value = kind;
    });
    const given = await new Promise<Password>((resolve) => {
      give = resolve;
    });
    asking.value = null;
    return given;
  }

  /** @returns `null` if nothing shows who it is */
  async function enter(given: Credentials | null, invite: string | null): Promise<Access | null> {
    const person = await personOf(given, invite);
    return person && { api, settings: await api.settings(), person };
  }

  async function personOf(given: Credentials | null, invite: string | null) {
    if (!given) return invite === null ? api.whoAmI() : null;
    if (invite !== null && "password" in given) return api.acceptInvitation(invite, given);
    return api.signIn(given);
  }

  return {
    base,
    asking,
    error,
    give: (password: Password) => give(password),

    async run(link: Link = takeLink()): Promise<Access> {
      let { invite } = link;
      let given: Credentials | null = link.enter === null ? null : { enter: link.enter };
      for (;;) {
        onConnection("connecting");
        try {
          const access = await enter(given, invite);
          if (access) return access;
          given = await ask(invite === null ? "sign-in" : "invitation");
        } catch (failure) {
          if (failure instanceof SignInEnded) {
            error.value = "";
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
