import { ChangeTrail } from "../audit/change-trail.tsx";
import type { TriggerPreview } from "../live/account-api.ts";
import { changesTrigger } from "../model/audit.ts";
import { triggerSentence } from "../model/trigger-words.ts";
import type { Audit } from "../state/audit.ts";
import type { Draft, TriggersForm } from "../state/triggers-form.ts";
import { TriggerEditor } from "./trigger-editor.tsx";

interface Props {
  form: TriggersForm;
  audit: Audit;
  draft: Draft;
  index: number;
  isLast: boolean;
}

/** One trigger of the list: what it does, and what can be done with it. */
export function TriggerItem({ form, audit, draft, index, isLast }: Props) {
  const { key, trigger } = draft;
  const id = `trigger-${key}`;
  const problemAt = (path: string) => form.problems.value.get(`${index}.${path}`);
  const isWrong = [...form.problems.value.keys()].some((path) => path.startsWith(`${index}.`));

  function move(by: -1 | 1): void {
    form.move(key, by);
    // A moved element loses the focus. At an end the button that led there cannot be used again.
    requestAnimationFrame(() => {
      const wanted = document.getElementById(`${id}-${by < 0 ? "up" : "down"}`);
      const other = document.getElementById(`${id}-${by < 0 ? "down" : "up"}`);
      (wanted?.matches(":disabled") ? other : wanted)?.focus();
    });
  }

  return (
    <li id={id} class={trigger.enabled ? "card trigger" : "card trigger is-off"}>
      <div class="trigger-head">
        <h3 dir="auto">{trigger.name || "Without a name"}</h3>
        <label>
          <input
            type="checkbox"
            checked={trigger.enabled}
            onChange={({ currentTarget }) => form.change(key, { enabled: currentTarget.checked })}
          />
          On
        </label>
        <button
          id={`${id}-up`}
          type="button"
          disabled={index === 0}
          aria-label={`Move ${trigger.name} up`}
          onClick={() => move(-1)}
        >
          ↑
        </button>
        <button
          id={`${id}-down`}
          type="button"
          disabled={isLast}
          aria-label={`Move ${trigger.name} down`}
          onClick={() => move(1)}
        >
          ↓
        </button>
        <button
          type="button"
          aria-label={`Delete ${trigger.name}`}
          onClick={() => form.remove(key)}
        >
          Delete
        </button>
      </div>
      <p class="quiet">{triggerSentence(trigger)}</p>
      <p class="tried">{triedWords(form.preview.value, trigger.name)}</p>
      <p class="problem">{isWrong && "Something is missing or wrong: open it to see what."}</p>
      <details>
        <summary>Change</summary>
        <TriggerEditor
          id={id}
          trigger={trigger}
          problemAt={problemAt}
          onChange={(change) => form.change(key, change)}
        />
      </details>
      <ChangeTrail
        id={`${id}-trail`}
        audit={audit}
        action="triggers_changed"
        isAbout={(entry) => changesTrigger(entry, trigger.name)}
      />
    </li>
  );
}

function triedWords(preview: TriggerPreview | null, name: string): string {
  const sessions = preview?.triggers.find((each) => each.name === name)?.sessions;
  if (!preview || !sessions) return "";
  if (sessions.length === 0) return `Would have run for none of ${preview.examined}.`;
  return `Would have run for ${sessions.length} of ${preview.examined}, the latest ${sessions[0]}.`;
}
