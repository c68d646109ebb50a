import { useEffect } from "preact/hooks";
import { byWords } from "../model/audit.ts";
import { timeWords } from "../model/time-words.ts";
import type { Audit } from "../state/audit.ts";

/** Who accepted the terms, and when, as the audit log has it. */
export function Accepted({ audit }: { audit: Audit }) {
  useEffect(() => {
    audit.readTrail("terms_accepted");
  }, [audit]);
  const latest = audit.trails.value.get("terms_accepted")?.[0];
  return (
    <p id="accepted" class="quiet">
      {latest ? (
        <>
          The terms were accepted on <time dateTime={latest.at}>{timeWords(latest.at)}</time> by{" "}
          <bdi>{byWords(latest.by)}</bdi>.
        </>
      ) : (
        "The terms were accepted."
      )}
    </p>
  );
}
