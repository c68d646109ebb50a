import { useSignal } from "@preact/signals";
import type { HelpDesk } from "../model/desk.ts";
import { fieldsOf, textsIn, withTexts } from "../model/desk-kinds.ts";
import type { Desks } from "../state/desks.ts";
import { DeskFields } from "./desk-fields.tsx";

/** Changes what leads to a desk. */
export function AccessForm({ desk, desks }: { desk: HelpDesk; desks: Desks }) {
  const { id, kind, outbound } = desk;
  const fields = fieldsOf(kind, outbound, desks.schemas.value[kind]);
  const values = useSignal<Readonly<Record<string, string>>>(textsIn(fields, outbound));

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    const isSaved = await desks.setOutbound(desk, withTexts(outbound, values.value, fields));
    // A token is shown, and kept in the page, no longer than it is needed.
    if (!isSaved) return;
    const secrets = fields.filter(({ isSecret }) => isSecret).map(({ name }) => [name, ""]);
    values.value = { ...values.peek(), ...Object.fromEntries(secrets) };
  }

  return (
    <form onSubmit={submit}>
      <DeskFields
        id={`access-${id}`}
        fields={fields}
        values={values}
        problems={desks.problemsOf(`access ${id}`)}
        isKnown={outbound !== null}
      />
      <div class="buttons">
        <button id={`save-access-${id}`} type="submit" disabled={desks.isBusy.value}>
          Save the access
        </button>
      </div>
    </form>
  );
}
