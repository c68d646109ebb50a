import { FIELDS } from "../../core/settings-schema.ts";
import { type Change, valueWords } from "../model/setting-value.ts";
import { SETTING_WORDS } from "../model/setting-words.ts";
import { Dialog } from "../ui/dialog.tsx";

interface Props {
  isOpen: boolean;
  changes: readonly Change[];
  /** Settings that follow one of the changes. */
  following: readonly Change[];
  /** What each would have meant lately; `null` while it is computed. */
  effects: ReadonlyMap<string, string> | null;
  isSaving: boolean;
  onSave: () => void;
  onClose: () => void;
}

/** What will change, before it does. */
export function ReviewDialog(props: Props) {
  const { isOpen, changes, following, effects, isSaving, onSave, onClose } = props;
  return (
    <Dialog id="review" title="What will change" isOpen={isOpen} onClose={onClose}>
      <p class="quiet">It counts from the moment you save it, for open conversations too.</p>
      <dl class="changes">
        {[...changes, ...following].map(({ name, from, to }, index) => (
          <div key={name}>
            <dt>
              {SETTING_WORDS[name].label}
              {index >= changes.length && " (follows “Wait after a page vanished”)"}
            </dt>
            <dd>
              From <del>{valueWords(name, from)}</del> to{" "}
              <ins>{valueWords(name, to ?? FIELDS[name].default)}</ins>
              {to === null && " (the default)"}. {SETTING_WORDS[name].wrong}
            </dd>
            <dd class="effect" data-effect={name}>
              {effects === null ? "Computing what it would have meant…" : effects.get(name)}
            </dd>
          </div>
        ))}
      </dl>
      <div class="buttons">
        <button id="save" type="button" class="primary" disabled={isSaving} onClick={onSave}>
          Save
        </button>
        <button type="button" onClick={onClose}>
          Go back
        </button>
      </div>
    </Dialog>
  );
}
