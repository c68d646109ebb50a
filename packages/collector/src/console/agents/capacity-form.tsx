import { useSignal } from "@preact/signals";

interface Props {
  id: string;
  capacity: number | null;
  isBusy: boolean;
  /** @returns whether it was set */
  onSet: (capacity: number) => Promise<boolean>;
}

/** Sets how many conversations an agent can hold. */
export function CapacityForm({ id, capacity, isBusy, onSet }: Props) {
  /** `null`: what is set. */
  const typed = useSignal<string | null>(null);
  const set = String(capacity ?? "");
  const text = typed.value ?? set;
  return (
    <form
      class="inline"
      onSubmit={async (event) => {
        event.preventDefault();
        const isSet = await onSet(Number(text));
        if (isSet && typed.peek() === text) typed.value = null;
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
          value={text}
          onInput={({ currentTarget }) => {
            typed.value = currentTarget.value;
          }}
        />
      </label>
      <button type="submit" disabled={isBusy || text === set}>
        Set
      </button>
    </form>
  );
}
