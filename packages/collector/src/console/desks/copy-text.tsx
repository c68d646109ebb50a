import { CopyButton } from "../ui/copy-button.tsx";

interface Props {
  id: string;
  label: string;
  text: string;
}

/** A text to paste elsewhere, with a button that copies it. */
export function CopyText({ id, label, text }: Props) {
  return (
    <>
      <pre id={id} class="code" dir="ltr">
        {text}
      </pre>
      <CopyButton from={id} label={label} />
    </>
  );
}
