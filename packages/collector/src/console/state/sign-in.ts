import { batch, signal } from "@preact/signals";
import { type Api, createApi } from "../live/api.ts";
import { type Link, takeLink } from "../live/fragment.ts";
import { forgetInvitation } from "../live/kept-invitation.ts";
import { ApiProblem, failureWords, SignInEnded } from "../live/problem.ts";
import type { Invited, Password, SignedIn } from "../model/person.ts";
import type { Settings } from "../model/settings.ts";

/** What a person who is signed in works with. */
export interface Access {
  api: Api;
  settings: Settings;
  person: SignedIn;
}

type Credentials = Password | { enter: string };

/** Whether to ask again what was refused; else the collector could not answer, and is asked the same again. */
const isRefusal = (failure: unknown): failure is ApiProblem =>
  failure instanceof ApiProblem && failure.status < 500;

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
  /** What the invitation is good for that is asked about; `null`: it was not read. */
  const invited = signal<Invited | null>(null);
  const api = createApi(base, onRoleMissing);
  let give: (password: Password | null) => void = () => {};

  /** @returns `null` if the person does not want the invitation */
  async function ask(kind: "sign-in" | "invitation"): Promise<Password | null> {
    batch(() => {
      onConnection(null);
      asking.value = kind;
    });
    const given = await new Promise<Password | null>((resolve) => {
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
    if (invite === null || !("password" in given)) return api.signIn(given);
    const person = await api.acceptInvitation(invite, given);
    forgetInvitation();
    return person;
  }

  return {
    base,
    asking,
    error,
    invited,
    give: (password: Password) => give(password),
    /** Asks for a sign-in instead of going on with the invitation. */
    leaveInvitation: () => give(null),

    async run(link: Link = takeLink()): Promise<Access> {
      let { invite } = link;
      let given: Credentials | null = link.enter === null ? null : { enter: link.enter };
      const askNow = async () => {
        given = await ask(invite === null ? "sign-in" : "invitation");
        if (given === null) dropInvitation();
      };
      const dropInvitation = () => {
        forgetInvitation();
        invite = null;
        error.value = "";
      };
      for (;;) {
        onConnection("connecting");
        try {
          if (given === null && invite !== null) invited.value = await api.readInvitation(invite);
          const access = await enter(given, invite);
          if (access) return access;
          await askNow();
        } catch (failure) {
          if (failure instanceof SignInEnded) {
            error.value = "";
            given = null;
          } else if (!isRefusal(failure)) {
            onConnection("lost");
            await new Promise((done) => setTimeout(done, RETRY_MS));
          } else if (failure.code === "invitation_invalid") {
            // Who joined by it may still be signed in at this browser.
            dropInvitation();
            given = null;
            error.value = failure.message;
          } else {
            error.value = failureWords(failure);
            await askNow();
          }
        }
      }
    },
  };
}
