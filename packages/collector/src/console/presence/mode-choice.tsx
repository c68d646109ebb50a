import type { PresenceMode } from "../../core/lists.ts";
import { MODE_WORDS } from "../model/mode-words.ts";

interface Props {
  current: PresenceMode;
  wanted: PresenceMode;
  onChoose: (mode: PresenceMode) => void;
}

/** The three modes, each with what it means. */
export function ModeChoice({ current, wanted, onChoose }: Props) {
  return (
    <fieldset class="card">
      <legend>Does leaving the site decide?</legend>
      {MODE_WORDS.map(({ mode, title, meaning }) => (
        <div key={mode} class="choice">
          <input
            id={`mode-${mode}`}
            type="radio"
            name="mode"
            checked={mode === wanted}
            aria-describedby={`mode-${mode}-meaning`}
            onChange={() => onChoose(mode)}
          />
          <label for={`mode-${mode}`}>
            {title}
            {mode === current && <span class="badge">now</span>}
          </label>
          <p id={`mode-${mode}-meaning`} class="quiet">
            {meaning}
          </p>
        </div>
      ))}
    </fieldset>
  );
}
