import { CopyButton } from "./copy-button.tsx";
import { Dialog } from "./dialog.tsx";

const KEEP = "Keep it where your servers keep their secrets. It is never shown again.";

interface Props {
  id: string;
  title: string;
  /** What to do with it. */
  note?: string;
  /** The button that closes it. */
  done?: string;
  /** `null`: the dialog is closed. */
  secret: string | null;
  onClose: () => void;
}

/** A secret that is shown this one time. */
export function SecretDialog({
  id,
  title,
  note = KEEP,
  done = "I have kept it",
  secret,
  onClose,
}: Props) {
  return (
    <Dialog id={id} title={title} isOpen={secret !== null} onClose={onClose}>
      <p>{note}</p>
      <pre id={`${id}-text`} class="code" dir="ltr">
        {secret}
      </pre>
      <CopyButton from={`${id}-text`} label="Copy" />
      <div class="buttons">
        <button type="button" class="primary" onClick={onClose}>
          {done}
        </button>
      </div>
    </Dialog>
  );
}
