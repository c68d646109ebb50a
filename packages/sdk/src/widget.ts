/**
 * What pages beside any desk's widget share: one conversation at a time is followed, and is bound by the hash of
 * a secret that the page keeps.
 * @module
 */
import { connect } from "./connect.ts";
import type { ConnectOptions, Presence } from "./options.ts";
import { createPageId } from "./page.ts";
import { quietly } from "./quiet.ts";

/** As `connect` has them; the widget decides the session, and a secret of the page is its token. */
export type WidgetOptions = Omit<ConnectOptions, "session" | "token">;

/** What a page beside a widget can do with its presence. */
export interface WidgetPresence {
  /** Call it when the visitor logs out: the page leaves, and its secret and conversation are forgotten. */
  reset(): void;
  /** Says that the page has left, and follows the widget no more. */
  disconnect(): void;
}

/** The conversation that is followed, if any. */
export interface Following {
  /** Follows this one, leaves the one before, and gives it the hash. */
  open(id: string): void;
  /** Follows none, under another secret. */
  reset(): void;
  leave(): void;
  /** SHA-256(secret) as text; `undefined` until it is made, and where the page is not secure. */
  hash(): string | undefined;
}

/** In the tab's own storage: secret and conversation, until the tab is closed. */
const KEY = "stillhere";

export const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replace(/[+]/g, "-")
    .replace(/[/]/g, "_")
    .replace("=", "");

/** For desks that write texts in lower case. */
export const hex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => (byte + 256).toString(16).slice(1)).join("");

/**
 * Follows the conversation of this tab from before, if there was one.
 *
 * @param prefix of the ids of sessions, before the conversation's own
 * @param give gives the conversation the hash; it may fail, and returns `false` where it cannot
 * @param encode the hash, as the desk can carry it
 */
export const followWidget = (
  prefix: string,
  { onError, ...options }: WidgetOptions & Pick<ConnectOptions, "token">,
  give: (hash: string, conversation: string) => unknown,
  encode: (bytes: Uint8Array) => string,
): Following => {
  let presence: Presence | undefined;
  let secret: string | undefined;
  let hash: string | undefined;
  let hashing: Promise<void>;
  let conversation: string | undefined;
  /** The conversation that was given the hash. */
  let given: string | undefined;

  const keep = () => quietly(() => sessionStorage.setItem(KEY, `${secret} ${conversation || ""}`));

  const makeHash = () => {
    const of = secret;
    hash = given = undefined;
    hashing = quietly(async () => {
      const bytes = new TextEncoder().encode(of);
      const made = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      // Meanwhile the visitor may have logged out.
      if (of === secret) hash = encode(made);
    });
  };

  const giveHash = () =>
    quietly(async () => {
      const id = conversation;
      given = id;
      const made = hashing;
      await made;
      // What the widget does not show, it cannot give the hash to: it is given once it does.
      if (made === hashing && hash && id && (await give(hash, id)) === false) given = undefined;
    });

  const leave = () => {
    presence?.disconnect();
    presence = undefined;
  };

  const follow = (id: string) => {
    if (id !== conversation || !presence) {
      leave();
      conversation = id;
      keep();
      presence = connect({
        token: secret,
        ...options,
        session: prefix + id,
        onError: (code, cause) => {
          // The hash got lost, or a rule of the desk removed it.
          if (code === "binding_unknown") giveHash();
          onError?.(code, cause);
        },
      });
    }
  };

  quietly(() => {
    [secret, conversation] = (sessionStorage.getItem(KEY) || "").split(" ");
  });
  secret ||= createPageId();
  makeHash();
  if (conversation) follow(conversation);

  return {
    open(id) {
      follow(id);
      if (given !== id) giveHash();
    },
    reset() {
      leave();
      secret = createPageId();
      conversation = undefined;
      keep();
      makeHash();
    },
    leave,
    hash: () => hash,
  };
};
