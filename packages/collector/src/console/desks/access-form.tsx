import { useSignal } from "@preact/signals";
import type { HelpDesk } from "../model/desk.ts";
import { DESK_KIND_WORDS } from "../model/desk-kinds.ts";
import type { Desks } from "../state/desks.ts";
import { DeskFields, enteredIn } from "./desk-fields.tsx";

/** Changes what leads to a desk. */
export function AccessForm({ desk, desks }: { desk: HelpDesk; desks: Desks }) {
  const { id, kind, outbound } = desk;
  const fields = DESK_KIND_WORDS[kind]?.fields ?? [];
  const shown = fields.map(({ name }) => [name, String(outbound?.[name] ?? "")]);
  const values = useSignal<Readonly<Record<string, string>>>(Object.fromEntries(shown));

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    await desks.setOutbound(desk, { ...outbound, ...enteredIn(values.value) });
  }

  return (
    <form onSubmit={submit}>
      <DeskFields
        id={`access-${id}`}
        kind={kind}
        values={values}
        problems={desks.problems.value}
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
