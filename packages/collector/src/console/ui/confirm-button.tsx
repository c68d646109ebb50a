import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Dialog } from "./dialog.tsx";

interface Props {
  id: string;
  label: string;
  /** What it is about, where several buttons have the same label. */
  about?: string;
  /** The question of the dialog. */
  question: string;
  /** What follows, in a sentence or more. */
  follows: ComponentChildren;
  isDisabled?: boolean;
  onConfirm: () => void;
}

/** A button for what cannot be undone: it says what follows, and asks first. */
export function ConfirmButton({
  id,
  label,
  about,
  question,
  follows,
  isDisabled,
  onConfirm,
}: Props) {
  const isAsking = useSignal(false);
  const close = () => {
    isAsking.value = false;
  };
  return (
    <>
      <button
        id={id}
        type="button"
        aria-haspopup="dialog"
        aria-label={about && `${label}: ${about}`}
        disabled={isDisabled}
        onClick={() => {
          isAsking.value = true;
        }}
      >
        {label}
      </button>
      <Dialog id={`${id}-dialog`} title={question} isOpen={isAsking.value} onClose={close}>
        {typeof follows === "string" ? <p>{follows}</p> : follows}
        <div class="buttons">
          <button
            id={`${id}-confirm`}
            type="button"
            class="primary"
            onClick={() => {
              close();
              onConfirm();
            }}
          >
            {label}
          </button>
          <button type="button" onClick={close}>
            Go back
          </button>
        </div>
      </Dialog>
    </>
  );
}
