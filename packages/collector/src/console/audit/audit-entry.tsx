import {
  byWords,
  changesIn,
  type AuditEntry as Entry,
  entryTitle,
  isUndoable,
  makerWord,
  settingLabels,
  undoChanges,
} from "../model/audit.ts";
import { exactTimeWords } from "../model/time-words.ts";
import type { Audit } from "../state/audit.ts";
import { ConfirmButton } from "../ui/confirm-button.tsx";
import { ChangeValues } from "./change-values.tsx";

interface Props {
  entry: Entry;
  audit: Audit;
  /** Tells apart lists that show the same entry. */
  listId: string;
}

/** One change: who made it, when, from what to what, and a button that undoes it. */
export function AuditEntry({ entry, audit, listId }: Props) {
  const { id, at, by, action, target, undo } = entry;
  const isUndo = isUndoable(entry) && target !== null;
  const when = exactTimeWords(at);
  return (
    <li class="audit-entry" data-entry={id} data-action={action}>
      <p>
        <strong>
          <bdi>{entryTitle(entry)}</bdi>
        </strong>
        {isUndo && <span class="badge">undo</span>}
        <span class="quiet">
          {" "}
          <time dateTime={at}>{when}</time>, {makerWord(by)} <bdi>{byWords(by)}</bdi>
        </span>
      </p>
      <ChangeValues changes={changesIn(entry)} />
      {undo && (
        <ConfirmButton
          id={`${listId}-undo-${id}`}
          label="Undo"
          question={`Undo the change of ${when}?`}
          follows={
            <>
              <p>This changes, from what it is now to what it was, and counts from then on:</p>
              <ChangeValues changes={undoChanges(entry)} />
              {undo.kept.length > 0 && (
                <p>Changed since, and left as it is: {settingLabels(undo.kept)}.</p>
              )}
            </>
          }
          isDisabled={audit.isBusy.value}
          onConfirm={() => audit.undo(entry)}
        />
      )}
      {isUndoable(entry) && !undo && (
        <p class="quiet">Changed again since, so there is nothing to undo.</p>
      )}
    </li>
  );
}
