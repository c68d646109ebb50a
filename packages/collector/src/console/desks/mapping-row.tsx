import { type MappingRow, TABLE_WORDS } from "../model/mapping-rows.ts";

interface Props {
  id: string;
  row: MappingRow;
  /** What it may mean; `null`: any name. */
  ours: readonly string[] | null;
  problem: string | undefined;
  onChange: (row: MappingRow) => void;
  onRemove: () => void;
}

/** One word of a desk, and what it means here. */
export function MappingRowItem({ id, row, ours, problem, onChange, onRemove }: Props) {
  const name = TABLE_WORDS[row.table];
  const common = {
    dir: "auto",
    autocomplete: "off",
    maxLength: 256,
    "aria-describedby": `${id}-problem`,
    "aria-invalid": problem === undefined ? undefined : true,
  } as const;
  return (
    <li class="part">
      <span>{name}</span>
      <input
        {...common}
        id={`${id}-theirs`}
        type="text"
        aria-label={`${name} as the desk calls it`}
        value={row.theirs}
        onInput={({ currentTarget }) => onChange({ ...row, theirs: currentTarget.value })}
      />
      <span>is</span>
      {ours ? (
        <select
          id={`${id}-ours`}
          aria-label={`${name} here`}
          value={row.ours}
          onChange={({ currentTarget }) => onChange({ ...row, ours: currentTarget.value })}
        >
          {ours.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      ) : (
        <input
          {...common}
          id={`${id}-ours`}
          type="text"
          aria-label={`${name} here`}
          value={row.ours}
          onInput={({ currentTarget }) => onChange({ ...row, ours: currentTarget.value })}
        />
      )}
      <button type="button" aria-label={`Remove ${row.theirs || "this word"}`} onClick={onRemove}>
        Remove
      </button>
      <p id={`${id}-problem`} class="problem">
        {problem}
      </p>
    </li>
  );
}
