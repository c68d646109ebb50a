import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";

interface Props {
  title: string;
  /** At first. */
  isOpen?: boolean;
  children: ComponentChildren;
}

/** A part that is shown on request, and made only then. */
export function Fold({ title, isOpen = false, children }: Props) {
  const isShown = useSignal(isOpen);
  return (
    <details
      open={isShown.value}
      onToggle={({ currentTarget }) => {
        isShown.value = currentTarget.open;
      }}
    >
      <summary>{title}</summary>
      {isShown.value && children}
    </details>
  );
}
