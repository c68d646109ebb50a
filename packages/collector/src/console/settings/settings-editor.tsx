import { useSignal } from "@preact/signals";
import { ChangeTrail } from "../audit/change-trail.tsx";
import { changesSetting } from "../model/audit.ts";
import { namesIn, type SettingGroup } from "../model/setting-words.ts";
import type { Audit } from "../state/audit.ts";
import type { SettingsForm } from "../state/settings-form.ts";
import { FoldedSettings } from "./folded-settings.tsx";
import { ReviewDialog } from "./review-dialog.tsx";
import { SettingField } from "./setting-field.tsx";

interface Props {
  form: SettingsForm;
  audit: Audit;
  groups: readonly SettingGroup[];
}

/** Groups of settings with what saves them, once the changes were reviewed. */
export function SettingsEditor({ form, audit, groups }: Props) {
  const isReviewing = useSignal(false);
  const count = form.changes.value.length;
  const close = () => {
    isReviewing.value = false;
  };

  async function save(): Promise<void> {
    const isSaved = await form.save();
    close();
    if (!isSaved) requestAnimationFrame(focusFirstProblem);
  }

  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (count === 0 || form.isWrong.value) return focusFirstProblem();
          form.preview();
          isReviewing.value = true;
        }}
      >
        {groups.map((group) => {
          const { id, title, names, folded = [] } = group;
          return (
            <fieldset key={id} id={`group-${id}`} class="card">
              <legend>{title}</legend>
              {names.map((name) => (
                <SettingField key={name} name={name} form={form} />
              ))}
              {folded.map((each) => (
                <FoldedSettings key={each.title} group={each} form={form} />
              ))}
              <ChangeTrail
                id={`trail-${id}`}
                audit={audit}
                action="settings_changed"
                isAbout={(entry) => changesSetting(entry, namesIn(group))}
              />
            </fieldset>
          );
        })}
        <div class="save-bar">
          <p id="settings-status" role="status">
            {form.status.value || countWords(count, form.isWrong.value)}
          </p>
          <button type="button" hidden={count === 0} onClick={form.discard}>
            Discard
          </button>
          <button id="review-changes" type="submit" class="primary" disabled={count === 0}>
            Review and save
          </button>
        </div>
      </form>
      <ReviewDialog
        isOpen={isReviewing.value}
        changes={form.changes.value}
        following={form.following.value}
        effects={form.effects.value}
        isSaving={form.isSaving.value}
        onSave={save}
        onClose={close}
      />
    </>
  );
}

function countWords(count: number, isWrong: boolean): string {
  if (isWrong) return "A value cannot be saved as it is.";
  if (count === 0) return "Nothing is changed.";
  return count === 1 ? "1 change, not saved yet." : `${count} changes, not saved yet.`;
}

function focusFirstProblem(): void {
  document.querySelector<HTMLElement>(".page [aria-invalid]")?.focus();
}
