import { useEffect, useRef } from "preact/hooks";
import { MAX_TRIGGERS } from "../../core/trigger.ts";
import type { Audit } from "../state/audit.ts";
import type { TriggersForm } from "../state/triggers-form.ts";
import { Changes } from "../ui/own-role.tsx";
import { Page } from "../ui/page.tsx";
import { RecipeButtons } from "./recipe-buttons.tsx";
import { TriggerItem } from "./trigger-item.tsx";

interface Props {
  form: TriggersForm;
  audit: Audit;
  /** What to call a conversation. */
  nameOf: (id: string) => string;
}

/** The ordered list of triggers. */
export function TriggersPage({ form, audit, nameOf }: Props) {
  useEffect(() => {
    form.read();
  }, [form]);
  /** The key of a trigger that was just added, which is below what added it. */
  const added = useRef<number | null>(null);
  const drafts = form.drafts.value;
  const isChanged = form.isChanged.value;
  const isWrong = form.problems.value.size > 0;

  function add(): void {
    const id = `trigger-${form.add()}`;
    requestAnimationFrame(() => {
      document.querySelector(`#${id} details`)?.setAttribute("open", "");
      document.getElementById(`${id}-name`)?.focus();
    });
  }

  return (
    <Page
      id="page-triggers"
      title="Triggers"
      lead="They run in this order after each change of a conversation. One that changes the ticket lets the list begin again; each runs once at most."
    >
      <Changes needs="operator">
        <RecipeButtons
          isDisabled={!form.isLoaded.value || form.isBusy.value}
          onAdd={(recipe, group) =>
            form.addRecipe(recipe, group, (key) => {
              added.current = key;
            })
          }
        />
        <p id="order-hint" class="quiet" hidden={drafts.length < 2}>
          The arrow keys on a trigger’s number move it up and down.
        </p>
        <ol id="triggers" class="triggers">
          {drafts.map((draft, index) => (
            <TriggerItem
              key={draft.key}
              form={form}
              audit={audit}
              draft={draft}
              index={index}
              isLast={index === drafts.length - 1}
              nameOf={nameOf}
              added={added}
            />
          ))}
        </ol>
        <p class="quiet" hidden={!form.isLoaded.value || drafts.length > 0}>
          There is no trigger: tickets stay as your desk sets them.
        </p>
        <div class="buttons">
          <button
            id="add-trigger"
            type="button"
            disabled={!form.isLoaded.value || drafts.length >= MAX_TRIGGERS}
            onClick={add}
          >
            Add a trigger
          </button>
          <button
            id="try-triggers"
            type="button"
            disabled={drafts.length === 0 || isWrong || form.isBusy.value}
            onClick={form.tryOut}
          >
            Try on past conversations
          </button>
        </div>
        <div class="save-bar">
          <p id="triggers-status" role="status">
            {form.status.value || statusWords(isChanged, isWrong)}
          </p>
          <button id="discard-triggers" type="button" hidden={!isChanged} onClick={form.discard}>
            Discard
          </button>
          <button
            id="save-triggers"
            type="button"
            class="primary"
            disabled={!isChanged || isWrong || form.isBusy.value}
            onClick={form.save}
          >
            Save
          </button>
        </div>
      </Changes>
    </Page>
  );
}

function statusWords(isChanged: boolean, isWrong: boolean): string {
  if (isWrong) return "Something is missing or wrong.";
  return isChanged ? "Changed, not saved yet." : "";
}
