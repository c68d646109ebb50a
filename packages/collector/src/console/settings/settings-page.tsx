import { useSignal } from "@preact/signals";
import { SETTING_GROUPS } from "../model/setting-words.ts";
import type { SettingsForm } from "../state/settings-form.ts";
import { Page } from "../ui/page.tsx";
import { ReviewDialog } from "./review-dialog.tsx";
import { SettingField } from "./setting-field.tsx";

/** Every setting but the mode of presence, which has a page of its own. */
export function SettingsPage({ form }: { form: SettingsForm }) {
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
    <Page
      id="page-settings"
      title="Settings"
      lead="How presence and silence are judged. An empty field goes back to its default."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (count > 0 && !form.isWrong.value) isReviewing.value = true;
          else focusFirstProblem();
        }}
      >
        {SETTING_GROUPS.map(({ id, title, names }) => (
          <fieldset key={id} id={`group-${id}`} class="card">
            <legend>{title}</legend>
            {names.map((name) => (
              <SettingField key={name} name={name} form={form} />
            ))}
          </fieldset>
        ))}
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
        isSaving={form.isSaving.value}
        onSave={save}
        onClose={close}
      />
    </Page>
  );
}

function countWords(count: number, isWrong: boolean): string {
  if (isWrong) return "A value cannot be saved as it is.";
  if (count === 0) return "Nothing is changed.";
  return count === 1 ? "1 change, not saved yet." : `${count} changes, not saved yet.`;
}

function focusFirstProblem(): void {
  document.querySelector<HTMLElement>("#page-settings [aria-invalid]")?.focus();
}
