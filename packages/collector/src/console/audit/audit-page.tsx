import { useEffect } from "preact/hooks";
import { AUDIT_ACTIONS, type AuditAction } from "../../core/lists.ts";
import { actionTitle } from "../model/audit.ts";
import type { Audit } from "../state/audit.ts";
import { Field } from "../ui/field.tsx";
import { Page } from "../ui/page.tsx";
import { AuditEntry } from "./audit-entry.tsx";

/** Who changed what, newest first, with filters and undo. */
export function AuditPage({ audit }: { audit: Audit }) {
  useEffect(() => {
    audit.read();
  }, [audit]);
  const entries = audit.entries.value;
  return (
    <Page
      id="page-audit"
      title="Audit log"
      lead="Who changed what, and when, and who was refused. Entries are kept for 400 days, and contain no secret."
    >
      <form
        class="card filters"
        aria-label="Filter"
        onSubmit={(event) => {
          event.preventDefault();
          audit.read();
        }}
      >
        <Field id="audit-action" label="What">
          {(control) => (
            <select
              {...control}
              value={audit.action.value}
              onChange={({ currentTarget }) => {
                audit.action.value = currentTarget.value as AuditAction | "";
                audit.read();
              }}
            >
              <option value="">Everything</option>
              {AUDIT_ACTIONS.map((action) => (
                <option key={action} value={action}>
                  {actionTitle(action)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field
          id="audit-by"
          label="Who"
          hint="An e-mail address, the name of a key, or where a refused attempt came from, or a part of it."
        >
          {(control) => (
            <input
              {...control}
              type="search"
              dir="auto"
              maxLength={512}
              autocomplete="off"
              spellcheck={false}
              value={audit.by}
              onInput={({ currentTarget }) => {
                audit.by.value = currentTarget.value;
              }}
            />
          )}
        </Field>
        <button id="audit-filter" type="submit">
          Filter
        </button>
      </form>
      <p id="audit-status" role="status">
        {audit.status}
      </p>
      <ol id="audit" class="plain card" hidden={entries === null || entries.length === 0}>
        {(entries ?? []).map((entry) => (
          <AuditEntry key={entry.id} entry={entry} audit={audit} listId="audit" />
        ))}
      </ol>
      <p id="audit-empty" class="quiet" hidden={entries === null || entries.length > 0}>
        Nothing was changed yet, or nothing that matches the filter.
      </p>
      <div class="buttons">
        <button
          id="audit-more"
          type="button"
          hidden={audit.cursor.value === null}
          disabled={audit.isBusy.value}
          onClick={audit.readMore}
        >
          Show more
        </button>
      </div>
    </Page>
  );
}
