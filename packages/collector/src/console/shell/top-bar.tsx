import type { SignedIn } from "../model/person.ts";
import type { Connection } from "../state/app.ts";

const WORDS: Record<Connection, string> = {
  connecting: "Connecting…",
  live: "Live",
  lost: "Reconnecting…",
};

interface Props {
  /** `null` while no key is known. */
  connection: Connection | null;
  isSignedIn: boolean;
  /** `null` with a secret key. */
  person: SignedIn | null;
  onAccount: () => void;
  onSignOut: () => void;
}

/** The name, the state of the connection, and the way out. */
export function TopBar({ connection, isSignedIn, person, onAccount, onSignOut }: Props) {
  return (
    <header class="top">
      <h1>
        <i />
        stillhere
      </h1>
      <p
        id="connection"
        role="status"
        data-connection={connection ?? undefined}
        hidden={connection === null}
      >
        {WORDS[connection ?? "connecting"]}
      </p>
      <button
        id="who"
        type="button"
        class="quiet"
        aria-haspopup="dialog"
        title="Your account"
        hidden={person === null}
        onClick={onAccount}
      >
        <bdi>{person?.email}</bdi>
      </button>
      <button id="sign-out" type="button" hidden={!isSignedIn} onClick={onSignOut}>
        Sign out
      </button>
    </header>
  );
}
