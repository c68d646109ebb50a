import { CopyButton } from "./copy-button.tsx";
import { Dialog } from "./dialog.tsx";

interface Props {
  id: string;
  title: string;
  /** `null`: the dialog is closed. */
  secret: string | null;
  onClose: () => void;
}

/** A secret that is shown this one time. */
export function SecretDialog({ id, title, secret, onClose }: Props) {
  return (
    <Dialog id={id} title={title} isOpen={secret !== null} onClose={onClose}>
      <p>Keep it where your servers keep their secrets. It is never shown again.</p>
      <pre id={`${id}-text`} class="code" dir="ltr">
        {secret}
      </pre>
      <CopyButton from={`${id}-text`} label="Copy" />
      <div class="buttons">
        <button type="button" class="primary" onClick={onClose}>
          I have kept it
        </button>
      </div>
    </Dialog>
  );
}
