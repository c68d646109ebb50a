import type { AuditChange } from "../model/audit.ts";

/** Each value that a change or an undo concerns, from what to what. */
export function ChangeValues({ changes }: { changes: readonly AuditChange[] }) {
  return (
    <dl class="audit-changes">
      {changes.map(({ what, from, to }) => (
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
                <span aria-hidden="true">→</span>
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
  );
}
