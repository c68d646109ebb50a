import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface Props {
  id: string;
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ComponentChildren;
}

/** A dialog over the page. Escape closes it. */
export function Dialog({ id, title, isOpen, onClose, children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen && !element.current?.open) element.current?.showModal();
    if (!isOpen) element.current?.close();
  }, [isOpen]);
  return (
    <dialog id={id} ref={element} class="dialog" aria-labelledby={`${id}-title`} onClose={onClose}>
      <h3 id={`${id}-title`}>{title}</h3>
      {isOpen && children}
    </dialog>
  );
}
