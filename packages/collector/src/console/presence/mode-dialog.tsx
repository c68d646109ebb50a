import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { modeTitle } from "../model/mode-words.ts";
import type { PresenceForm } from "../state/presence-form.ts";
import { Dialog } from "../ui/dialog.tsx";
import { SwitchEffect } from "./switch-effect.tsx";

interface Props {
  form: PresenceForm;
  isOpen: boolean;
  onSave: () => void;
  onClose: () => void;
}

/** What follows from the chosen mode; asks for the terms a second time. */
export function ModeDialog({ form, isOpen, onSave, onClose }: Props) {
  const isSure = useSignal(false);
  useEffect(() => {
    isSure.value = false;
  }, [isOpen, isSure]);
  const wanted = form.wanted.value;
  const needsTerms = form.needsTerms.value;
  return (
    <Dialog
      id="mode-dialog"
      title={`Set presence to: ${modeTitle(wanted)}?`}
      isOpen={isOpen}
      onClose={onClose}
    >
      <SwitchEffect form={form} />
      {needsTerms && (
        <div class="choice">
          <input
            id="agree-again"
            type="checkbox"
            checked={isSure.value}
            onChange={({ currentTarget }) => {
              isSure.value = currentTarget.checked;
            }}
          />
          <label for="agree-again">
            Yes: I have read the terms, and accept them for this account
          </label>
        </div>
      )}
      {needsTerms && !isSure.value && (
        <p id="mode-save-hint" class="quiet">
          Tick the box first: presence decides about your visitors from now on.
        </p>
      )}
      <div class="buttons">
        <button
          id="mode-save"
          type="button"
          class="primary"
          disabled={form.isSaving.value || (needsTerms && !isSure.value)}
          onClick={onSave}
        >
          Set to: {modeTitle(wanted)}
        </button>
        <button type="button" onClick={onClose}>
          Go back
        </button>
      </div>
    </Dialog>
  );
}
