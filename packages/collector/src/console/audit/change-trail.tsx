import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { AuditAction } from "../../core/lists.ts";
import type { AuditEntry as Entry } from "../model/audit.ts";
import type { Audit } from "../state/audit.ts";
import { AuditEntry } from "./audit-entry.tsx";

/** The audit log has the others. */
const MAX_SHOWN = 5;

interface Props {
  id: string;
  audit: Audit;
  action: AuditAction;
  /** Which entries are about what the trail stands at. */
  isAbout: (entry: Entry) => boolean;
}

/** The last changes of one group of settings or of one trigger, read once it is opened. */
export function ChangeTrail({ id, audit, action, isAbout }: Props) {
  const isOpen = useSignal(false);
  const open = isOpen.value;
  useEffect(() => {
    if (open) audit.readTrail(action);
  }, [open, audit, action]);
  const trail = audit.trails.value.get(action);
  const own = trail?.filter(isAbout).slice(0, MAX_SHOWN) ?? [];
  return (
    <details
      id={id}
      class="trail"
      onToggle={({ currentTarget }) => {
        isOpen.value = currentTarget.open;
      }}
    >
      <summary>Who changed this</summary>
      {open && (
        <>
          <p class="quiet">{trailWords(trail, own.length)}</p>
          <p role="status">{audit.status}</p>
          <ol class="plain">
            {own.map((entry) => (
              <AuditEntry key={entry.id} entry={entry} audit={audit} listId={id} />
            ))}
          </ol>
          <p>
            <a href="#/audit">The whole audit log</a>
          </p>
        </>
      )}
    </details>
  );
}

function trailWords(trail: readonly Entry[] | null | undefined, count: number): string {
  if (trail === undefined) return "Reading…";
  if (trail === null) return "This could not be read. It is for people with the role: Admin.";
  return count === 0 ? "Among the last 200 changes there is none of this." : "";
}
