import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { MODE_WORDS, modeTitle } from "../model/mode-words.ts";
import type { PresenceForm } from "../state/presence-form.ts";
import { Dialog } from "../ui/dialog.tsx";

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
  const words = MODE_WORDS.find(({ mode }) => mode === wanted);
  const needsTerms = form.needsTerms.value;
  return (
    <Dialog
      id="mode-dialog"
      title={`Set presence to: ${modeTitle(wanted)}?`}
      isOpen={isOpen}
      onClose={onClose}
    >
      <p>{words?.follows}</p>
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
            Yes: I have read the terms, and accept them for everyone who uses this account
          </label>
        </div>
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
