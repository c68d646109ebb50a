import { useEffect } from "preact/hooks";
import { settingsChangedAt } from "../model/audit.ts";
import type { Transition } from "../model/transition.ts";
import type { Audit } from "../state/audit.ts";

/** Says which settings a transition was the consequence of; the audit log is read where there is such a transition. */
export function useChangedSettings(
  transitions: readonly Transition[],
  audit: Pick<Audit, "trails" | "readTrail"> | undefined,
): (transition: Transition) => string | null {
  const last = transitions.find(({ cause }) => cause === "settings_changed")?.at;
  useEffect(() => {
    if (last !== undefined) void audit?.readTrail("settings_changed");
  }, [last, audit]);
  const entries = audit?.trails.value.get("settings_changed") ?? [];
  return ({ cause, at }) => (cause === "settings_changed" ? settingsChangedAt(at, entries) : null);
}
