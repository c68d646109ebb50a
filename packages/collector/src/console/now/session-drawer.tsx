import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { sentence } from "../model/sentence.ts";
import type { Session } from "../model/session.ts";
import type { Settings } from "../model/settings.ts";
import { stateWords, visitorName } from "../model/words.ts";
import type { Audit } from "../state/audit.ts";
import type { Drawer } from "../state/drawer.ts";
import type { Why } from "../state/why.ts";
import { CloseIcon } from "../ui/close-icon.tsx";
import { PresenceMark } from "../ui/presence-mark.tsx";
import { DeskActions } from "./desk-actions.tsx";
import { Facts } from "./facts.tsx";
import { HistoryList } from "./history-list.tsx";
import { Reason } from "./reason.tsx";
import { useChangedSettings } from "./use-changed-settings.ts";

interface Props {
  /** Whether the person at this browser may change conversations. */
  mayChange: boolean;
  drawer: Drawer;
  /** Why the visitor of the conversation that is shown was called gone. */
  reason: Why;
  settings: ReadonlySignal<Settings>;
  /** Which settings were changed when; missing where the role does not allow to read it. */
  audit?: Pick<Audit, "trails" | "readTrail"> | undefined;
  onClosed?: () => void;
}

/** The dialog with one session's details and history. */
export function SessionDrawer({ mayChange, drawer, reason, settings, audit, onClosed }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = drawer.isOpen.value;
  useEffect(() => {
    if (isOpen && !dialog.current?.open) dialog.current?.showModal();
    if (!isOpen) dialog.current?.close();
  }, [isOpen]);
  const session = drawer.shown.value;

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it by keyboard
    <dialog
      id="drawer"
      ref={dialog}
      class="drawer"
      aria-labelledby="drawer-name"
      onClose={() => {
        drawer.close();
        onClosed?.();
      }}
      // A click outside the drawer closes it, as Escape does.
      onClick={({ target }) => target === dialog.current && drawer.close()}
    >
      {session && (
        <Details
          session={session}
          mayChange={mayChange}
          drawer={drawer}
          reason={reason}
          settings={settings}
          audit={audit}
        />
      )}
    </dialog>
  );
}

function Details({
  session,
  mayChange,
  drawer,
  reason,
  settings,
  audit,
}: Props & { session: Session }) {
  const { live, shadow } = drawer.histories;
  const changedSettings = useChangedSettings(live.entries.value, audit);
  return (
    <div class="drawer-inside">
      <div class="drawer-top">
        <div>
          <h2 id="drawer-name">{visitorName(session)}</h2>
          <p>
            <span id="drawer-state">{stateWords(session)}</span> ·{" "}
            <span id="drawer-presence">
              <PresenceMark of={session} />
            </span>
          </p>
        </div>
        <button id="drawer-close" type="button" aria-label="Close details" onClick={drawer.close}>
          <CloseIcon />
        </button>
      </div>
      <Reason session={session} drawer={drawer} reason={reason} />
      <Facts session={session} />
      <DeskActions
        mayChange={mayChange}
        session={session}
        error={drawer.error.value}
        onSend={drawer.send}
      />
      <h3>What happened</h3>
      <HistoryList
        id="drawer-history"
        noteId="drawer-no-history"
        history={live}
        words={(transition) =>
          sentence(transition, settings.value, "live", changedSettings(transition))
        }
      />
      <div id="drawer-shadow" hidden={session.shadow === undefined}>
        <h3>What presence would have done</h3>
        <p class="quiet">Tried out only: nothing of this reached the desk.</p>
        <HistoryList
          id="drawer-shadow-history"
          noteId="drawer-no-shadow-history"
          history={shadow}
          words={(transition) => sentence(transition, settings.value, "shadow")}
        />
      </div>
    </div>
  );
}
