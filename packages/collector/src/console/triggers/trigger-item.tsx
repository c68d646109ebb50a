import { useLayoutEffect } from "preact/hooks";
import { ChangeTrail } from "../audit/change-trail.tsx";
import { changesTrigger } from "../model/audit.ts";
import { triggerSentence } from "../model/trigger-words.ts";
import type { Audit } from "../state/audit.ts";
import type { Draft, TriggersForm } from "../state/triggers-form.ts";
import { TriggerEditor } from "./trigger-editor.tsx";
import { TriggerRecord } from "./trigger-record.tsx";

interface Props {
  form: TriggersForm;
  audit: Audit;
  draft: Draft;
  index: number;
  isLast: boolean;
  /** What to call a conversation. */
  nameOf: (id: string) => string;
  /** The key of the trigger to move to when it appears. */
  added: { current: number | null };
}

/** One trigger of the list: what it does, and what can be done with it. */
export function TriggerItem({ form, audit, draft, index, isLast, nameOf, added }: Props) {
  const { key, trigger } = draft;
  const id = `trigger-${key}`;
  const problemAt = (path: string) => form.problems.value.get(`${index}.${path}`);
  const isWrong = [...form.problems.value.keys()].some((path) => path.startsWith(`${index}.`));

  useLayoutEffect(() => {
    if (added.current !== key) return;
    added.current = null;
    document.getElementById(`${id}-handle`)?.focus({ preventScroll: true });
    // Its end would be below the bar that saves it.
    document.getElementById(id)?.scrollIntoView({ block: "start" });
  }, [added, key, id]);

  /** @param button which button keeps the focus, which a moved element loses */
  function move(by: -1 | 1, button: "up" | "down" | "handle"): void {
    form.move(key, by);
    requestAnimationFrame(() => {
      const wanted = document.getElementById(`${id}-${button}`);
      // At an end the button that led there cannot be used again.
      const other = document.getElementById(`${id}-handle`);
      (wanted?.matches(":disabled") ? other : wanted)?.focus();
    });
  }

  function moveByKey(event: KeyboardEvent): void {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key] as -1 | 1 | undefined;
    if (!by) return;
    event.preventDefault();
    move(by, "handle");
  }

  return (
    <li id={id} class={trigger.enabled ? "card trigger" : "card trigger is-off"}>
      <div class="trigger-head">
        <button
          id={`${id}-handle`}
          type="button"
          class="handle"
          aria-label={`Order of ${trigger.name}: ${index + 1}`}
          aria-describedby="order-hint"
          title="The up and down arrow keys move it"
          onKeyDown={moveByKey}
        >
          {index + 1}
        </button>
        <h3>
          <bdi>{trigger.name || "Without a name"}</bdi>
        </h3>
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
          onClick={() => move(-1, "up")}
        >
          ↑
        </button>
        <button
          id={`${id}-down`}
          type="button"
          disabled={isLast}
          aria-label={`Move ${trigger.name} down`}
          onClick={() => move(1, "down")}
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
      <TriggerRecord form={form} name={trigger.name} nameOf={nameOf} />
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
