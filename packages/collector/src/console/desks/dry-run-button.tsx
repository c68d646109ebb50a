import type { HelpDesk } from "../model/desk.ts";
import type { Desks } from "../state/desks.ts";
import { ConfirmButton } from "../ui/confirm-button.tsx";

/** Begins a dry run, or ends it once its consequence was confirmed. */
export function DryRunButton({ desk, desks }: { desk: HelpDesk; desks: Desks }) {
  const { id, dryRun, outbound } = desk;
  const isDisabled = desks.isBusy.value || outbound === null;
  if (!dryRun) {
    return (
      <button type="button" disabled={isDisabled} onClick={() => desks.setDryRun(desk, true)}>
        Begin a dry run
      </button>
    );
  }
  return (
    <ConfirmButton
      id={`end-dry-run-${id}`}
      label="End the dry run"
      question={`Tell ${id} from now on?`}
      follows="It is told how things stand with the next change of each conversation. What triggers and timers changed of tickets before is never written."
      isDisabled={isDisabled}
      onConfirm={() => desks.setDryRun(desk, false)}
    />
  );
}
