import {
  actionTitle,
  byWords,
  changesIn,
  type AuditEntry as Entry,
  isUndoable,
} from "../model/audit.ts";
import { timeWords } from "../model/time-words.ts";
import type { Audit } from "../state/audit.ts";
import { ConfirmButton } from "../ui/confirm-button.tsx";

interface Props {
  entry: Entry;
  audit: Audit;
  /** Tells apart lists that show the same entry. */
  listId: string;
}

/** One change: who made it, when, from what to what, and a button that undoes it. */
export function AuditEntry({ entry, audit, listId }: Props) {
  const { id, at, by, action, target } = entry;
  const isUndo = isUndoable(entry) && target !== null;
  const when = timeWords(at);
  return (
    <li class="audit-entry" data-entry={id} data-action={action}>
      <p>
        <strong>{actionTitle(action)}</strong>
        {isUndo && <span class="badge">undo</span>}
        <span class="quiet">
          {" "}
          <time dateTime={at}>{when}</time>, by <bdi>{byWords(by)}</bdi>
        </span>
      </p>
      <dl class="audit-changes">
        {changesIn(entry).map(({ what, from, to }) => (
          <div key={what}>
            <dt>
              <bdi>{what}</bdi>
            </dt>
            <dd>
              {from !== null && (
                <del>
                  <bdi>{from}</bdi>
                </del>
              )}
              {from !== null && to !== null && (
                <>
                  {" "}
                  <span class="unseen">became</span>{" "}
                </>
              )}
              {to !== null && (
                <ins>
                  <bdi>{to}</bdi>
                </ins>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {isUndoable(entry) && (
        <ConfirmButton
          id={`${listId}-undo-${id}`}
          label="Undo"
          question={`Undo the change of ${when}?`}
          follows="What is still as this change left it is set back, and counts from then on. What was changed since stays. A trigger that was removed comes back where it was in the list."
          isDisabled={audit.isBusy.value}
          onConfirm={() => audit.undo(entry)}
        />
      )}
    </li>
  );
}
