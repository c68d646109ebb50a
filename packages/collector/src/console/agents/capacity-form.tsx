import { useSignal } from "@preact/signals";

interface Props {
  id: string;
  capacity: number | null;
  isBusy: boolean;
  onSet: (capacity: number) => void;
}

/** Sets how many conversations an agent can hold. */
export function CapacityForm({ id, capacity, isBusy, onSet }: Props) {
  const typed = useSignal(capacity === null ? "" : String(capacity));
  const isSame = typed.value === String(capacity ?? "");
  return (
    <form
      class="inline"
      onSubmit={(event) => {
        event.preventDefault();
        onSet(Number(typed.peek()));
      }}
    >
      <label>
        <span class="unseen">Capacity of {id}</span>
        <input
          type="number"
          name="capacity"
          min={0}
          max={10_000}
          step={1}
          required
          placeholder="no limit"
          value={typed}
          onInput={({ currentTarget }) => {
            typed.value = currentTarget.value;
          }}
        />
      </label>
      <button type="submit" disabled={isBusy || isSame}>
        Set
      </button>
    </form>
  );
}
