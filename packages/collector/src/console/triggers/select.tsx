interface Props<Value extends string> {
  id: string;
  label: string;
  value: Value;
  values: readonly Value[];
  words: (value: Value) => string;
  isWrong?: boolean;
  onChange: (value: Value) => void;
}

/** A choice from a closed list. */
export function Select<Value extends string>(props: Props<Value>) {
  const { id, label, value, values, words, isWrong, onChange } = props;
  return (
    <select
      id={id}
      aria-label={label}
      aria-invalid={isWrong || undefined}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value as Value)}
    >
      {values.map((each) => (
        <option key={each} value={each}>
          {words(each)}
        </option>
      ))}
    </select>
  );
}
