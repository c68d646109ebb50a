import type { ComponentChildren } from "preact";

/** What the control of a {@link Field} needs, so that its texts are read out with it. */
export interface ControlProps {
  id: string;
  "aria-describedby": string;
  "aria-invalid": boolean | undefined;
  disabled?: boolean;
}

interface Props {
  id: string;
  label: string;
  /** Shown after the control. */
  unit?: string | undefined;
  /** Why the value is refused. */
  problem?: string | undefined;
  /** What the control means, below its label. */
  hint?: ComponentChildren;
  /** Whether the label follows the control, as for a check box. */
  isCheck?: boolean;
  children: (control: ControlProps) => ComponentChildren;
}

/** A labelled control with its hint and what is wrong with its value. */
export function Field({ id, label, unit, problem, hint, isCheck, children }: Props) {
  const control: ControlProps = {
    id,
    "aria-describedby": `${id}-hint ${id}-problem`,
    "aria-invalid": problem === undefined ? undefined : true,
  };
  return (
    <div class={isCheck ? "field check" : "field"}>
      <label for={id}>{label}</label>
      <div id={`${id}-hint`} class="quiet hint">
        {hint}
      </div>
      <div class="control">
        {children(control)}
        {unit && <span class="unit">{unit}</span>}
      </div>
      <p id={`${id}-problem`} class="problem">
        {problem}
      </p>
    </div>
  );
}
