interface Props {
  name: string;
  /** Missing: what is around it reacts to the click. */
  onClick?: () => void;
}

/** A visitor's name, which opens the details. It is cut at its own end, so its direction is that of the name. */
export function VisitorButton({ name, onClick }: Props) {
  return (
    <button type="button" class="name" dir="auto" aria-haspopup="dialog" onClick={onClick}>
      {name}
    </button>
  );
}
