import { useEffect } from "preact/hooks";
import type { Session } from "../model/session.ts";
import { seenPresence } from "../model/shadow.ts";
import type { Drawer } from "../state/drawer.ts";
import { whyHref } from "../state/route.ts";
import type { Why } from "../state/why.ts";

interface Props {
  session: Session;
  drawer: Drawer;
  reason: Why;
}

/** Why the visitor was called gone, and the link to the drawing. */
export function Reason({ session, drawer, reason }: Props) {
  const { id } = session;
  const isOpen = drawer.isOpen.value;
  const isGone = seenPresence(session) === "offline";
  useEffect(() => {
    if (!isOpen || !isGone) return;
    reason.open(id);
    return reason.close;
  }, [reason, id, isOpen, isGone]);
  return (
    <div class="reason">
      {isGone && reason.sentence.value !== "" && <p id="drawer-reason">{reason.sentence}</p>}
      <a
        id="drawer-why"
        href={whyHref(id)}
        // The drawing may be what is behind these details.
        onClick={() => location.hash === whyHref(id) && drawer.close()}
      >
        {isGone ? "See it on a time axis" : "See what happened on a time axis"}
      </a>
    </div>
  );
}
