import { useSignal } from "@preact/signals";

interface Props {
  /** The id of the element whose text is copied. */
  from: string;
  label: string;
}

/** Copies a text, or selects it where the browser does not let a page copy. */
export function CopyButton({ from, label }: Props) {
  const status = useSignal("");

  async function copy(): Promise<void> {
    const source = document.getElementById(from);
    if (!source) return;
    try {
      await navigator.clipboard.writeText(source.textContent ?? "");
      status.value = "Copied.";
    } catch {
      getSelection()?.selectAllChildren(source);
      status.value = "It is selected: copy it with Ctrl+C or ⌘C.";
    }
  }

  return (
    <div class="buttons">
      <button type="button" onClick={copy}>
        {label}
      </button>
      <span role="status">{status}</span>
    </div>
  );
}
