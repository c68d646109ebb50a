import { useSignal } from "@preact/signals";
import { fieldsOf, kindTitle, withTexts } from "../model/desk-kinds.ts";
import type { Desks } from "../state/desks.ts";
import { Field } from "../ui/field.tsx";
import { DeskFields } from "./desk-fields.tsx";

const NOTHING = { id: "", kind: "", isDryRun: false } as const;

/** Adds a desk. */
export function DeskForm({ desks }: { desks: Desks }) {
  const id = useSignal<string>(NOTHING.id);
  const chosen = useSignal<string>(NOTHING.kind);
  const isDryRun = useSignal<boolean>(NOTHING.isDryRun);
  const values = useSignal<Readonly<Record<string, string>>>({});
  const kinds = desks.kinds.value;
  const kind = chosen.value || (kinds[0] ?? "");
  const fields = fieldsOf(kind, null, desks.schemas.value[kind]);
  const problems = desks.problemsOf("new");

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    const { value: name } = id;
    const outbound = withTexts(null, values.value, fields);
    if (!(await desks.add(name.trim(), kind, outbound, isDryRun.value))) return;
    if (Object.keys(desks.problemsOf("new")).length > 0) return;
    id.value = NOTHING.id;
    isDryRun.value = NOTHING.isDryRun;
    values.value = {};
  }

  return (
    <form id="desk-form" onSubmit={submit}>
      <fieldset class="card">
        <legend>Add a desk</legend>
        <Field id="desk-kind" label="Kind">
          {(control) => (
            <select
              {...control}
              value={kind}
              onChange={({ currentTarget }) => {
                chosen.value = currentTarget.value;
                values.value = {};
              }}
            >
              {kinds.map((each) => (
                <option key={each} value={each}>
                  {kindTitle(each)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field
          id="desk-id"
          label="Name"
          hint="Letters, digits and -, as “support”. It stands in the address of its webhook, and begins the id of each conversation."
          problem={problems["id"]}
        >
          {(control) => (
            <input
              {...control}
              type="text"
              required
              pattern="[A-Za-z0-9\-]{1,64}"
              maxLength={64}
              dir="ltr"
              autocomplete="off"
              value={id}
              onInput={({ currentTarget }) => {
                id.value = currentTarget.value;
              }}
            />
          )}
        </Field>
        <DeskFields id="desk" fields={fields} values={values} problems={problems} isKnown={false} />
        <Field
          id="desk-dry-run"
          label="Only try it out"
          hint="The desk is heard as usual, and told nothing. What it would be told is listed."
          isCheck
        >
          {(control) => (
            <input
              {...control}
              type="checkbox"
              checked={isDryRun.value}
              onChange={({ currentTarget }) => {
                isDryRun.value = currentTarget.checked;
              }}
            />
          )}
        </Field>
        <div class="buttons">
          <button id="add-desk" type="submit" class="primary" disabled={desks.isBusy.value}>
            Add the desk
          </button>
        </div>
      </fieldset>
    </form>
  );
}
