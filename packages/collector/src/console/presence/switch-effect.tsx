import { effectWords, switchWords } from "../model/mode-effect.ts";
import { valueIn } from "../model/setting-value.ts";
import type { PresenceForm } from "../state/presence-form.ts";

/** What the chosen mode does, and to whom of those who are in the desk now. */
export function SwitchEffect({ form }: { form: PresenceForm }) {
  const [from, to] = [form.current.value, form.wanted.value];
  const effect = form.effect.value;
  const silenceSeconds = Number(valueIn(form.settings.value, "inactivity.seconds"));
  return (
    <>
      <p>{switchWords({ from, to })}</p>
      {effect === "unread" && <p class="quiet">Counting whom it affects now…</p>}
      {effect === "failed" && (
        <p class="quiet">Whom it affects now could not be read. Go back and try again.</p>
      )}
      {typeof effect !== "string" && (
        <ul id="mode-effect" class="terms">
          {effectWords(effect, { from, to, silenceSeconds }).map((words) => (
            <li key={words}>{words}</li>
          ))}
        </ul>
      )}
    </>
  );
}
