import type { SignedIn } from "../model/person.ts";
import type { Connection } from "../state/app.ts";

const WORDS: Record<Connection, string> = {
  connecting: "Connecting…",
  live: "Live",
  lost: "Reconnecting…",
};

interface Props {
  /** `null` while it asks who it is. */
  connection: Connection | null;
  /** `null` until someone is signed in. */
  person: SignedIn | null;
  onAccount: () => void;
  onSignOut: () => void;
}

/** The name, the state of the connection, and the way out. */
export function TopBar({ connection, person, onAccount, onSignOut }: Props) {
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
      <button id="sign-out" type="button" hidden={person === null} onClick={onSignOut}>
        Sign out
      </button>
    </header>
  );
}
