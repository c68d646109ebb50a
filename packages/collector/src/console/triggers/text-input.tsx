import { useSignal } from "@preact/signals";

interface Props {
  id: string;
  label: string;
  /** The text at first; what is typed later counts by `onText`. */
  first: string;
  placeholder?: string;
  describedBy?: string | undefined;
  isWrong?: boolean;
  onText: (text: string) => void;
}

/** An input that keeps what was typed as it was typed, whatever is read from it. */
export function TextInput(props: Props) {
  const { id, label, first, placeholder, describedBy, isWrong, onText } = props;
  const text = useSignal(first);
  return (
    <input
      id={id}
      type="text"
      dir="auto"
      aria-label={label}
      aria-describedby={describedBy}
      aria-invalid={isWrong || undefined}
      maxLength={256}
      placeholder={placeholder}
      autocomplete="off"
      value={text}
      onInput={({ currentTarget }) => {
        text.value = currentTarget.value;
        onText(currentTarget.value);
      }}
    />
  );
}
