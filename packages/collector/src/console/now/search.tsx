import type { Table } from "../state/table.ts";

/** Searches all conversations. It stands before the rows, so that the keyboard gets to it first. */
export function Search({ table }: { table: Table }) {
  return (
    <label class="search">
      <span>Search</span>
      <input
        id="search"
        type="search"
        placeholder="Visitor, agent or ticket"
        autocomplete="off"
        spellcheck={false}
        onInput={({ currentTarget }) => {
          table.typed.value = currentTarget.value;
        }}
      />
    </label>
  );
}
