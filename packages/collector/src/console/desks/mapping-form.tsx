import { useSignal } from "@preact/signals";
import { type HelpDesk, MAPPING_TABLES, type MappingTable } from "../model/desk.ts";
import { problemWith } from "../model/json-schema.ts";
import {
  type MappingRow,
  mappingOf,
  oursIn,
  rowProblem,
  rowsOf,
  TABLE_WORDS,
} from "../model/mapping-rows.ts";
import type { Desks } from "../state/desks.ts";
import { Field } from "../ui/field.tsx";
import { MappingRowItem } from "./mapping-row.tsx";

/** Changes what a desk's words mean here, and what the ids of its sessions begin with. */
export function MappingForm({ desk, desks }: { desk: HelpDesk; desks: Desks }) {
  const { id, kind, mapping } = desk;
  const schema = desks.mappingSchema.value;
  const prefix = useSignal(mapping.prefix ?? null);
  const rows = useSignal(rowsOf(mapping));
  const usual = rowsOf(desks.schemas.value[kind]?.mapping ?? {});
  const problems = rows.value.map((row) => rowProblem(schema, row, rows.value));
  const prefixProblem =
    prefix.value === null
      ? undefined
      : problemWith(schema.properties?.["prefix"] ?? {}, prefix.value);
  const isWrong = prefixProblem !== undefined || problems.some((problem) => problem !== undefined);

  const setRow = (index: number, row: MappingRow) => {
    rows.value = rows.peek().with(index, row);
  };
  const add = (table: MappingTable) => {
    rows.value = [...rows.peek(), { table, theirs: "", ours: oursIn(schema, table)?.[0] ?? "" }];
  };

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (!isWrong) await desks.setMapping(desk, mappingOf(prefix.value, rows.value));
  }

  return (
    <form onSubmit={submit}>
      <Field
        id={`prefix-${id}`}
        label="What the ids of its sessions begin with"
        hint="Before the desk’s own id of the conversation. Empty: as usual. The page has the same text as data-prefix. Sessions that are there keep their id."
        problem={prefixProblem ?? desks.problemsOf(`mapping ${id}`)["mapping.prefix"]}
      >
        {(control) => (
          <input
            {...control}
            type="text"
            dir="ltr"
            autocomplete="off"
            value={prefix.value ?? ""}
            onInput={({ currentTarget }) => {
              prefix.value = currentTarget.value === "" ? null : currentTarget.value;
            }}
          />
        )}
      </Field>
      {usual.length > 0 && (
        <p class="quiet">
          Without rows of your own:{" "}
          {usual.map(({ theirs, ours }) => `${theirs} is ${ours}`).join(", ")}.
        </p>
      )}
      <ul class="plain">
        {rows.value.map((row, index) => (
          <MappingRowItem
            key={index}
            id={`word-${id}-${index}`}
            row={row}
            ours={oursIn(schema, row.table)}
            problem={problems[index]}
            onChange={(next) => setRow(index, next)}
            onRemove={() => {
              rows.value = rows.peek().filter((each) => each !== row);
            }}
          />
        ))}
      </ul>
      <div class="buttons">
        {MAPPING_TABLES.map((table) => (
          <button key={table} type="button" onClick={() => add(table)}>
            Add a word: {TABLE_WORDS[table].toLowerCase()}
          </button>
        ))}
        <button id={`save-words-${id}`} type="submit" disabled={isWrong || desks.isBusy.value}>
          Save the words
        </button>
      </div>
    </form>
  );
}
