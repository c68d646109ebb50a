import { useRef } from "preact/hooks";
import type { Credentials } from "../model/person.ts";

/** Asks for a secret key. */
export function KeyForm({ onGive }: { onGive: (credentials: Credentials) => void }) {
  const input = useRef<HTMLInputElement>(null);

  function submit(event: Event): void {
    event.preventDefault();
    const key = input.current?.value.trim();
    if (key) onGive({ key });
  }

  return (
    <form id="sign-in-form" onSubmit={submit}>
      <label for="key">Or a secret key</label>
      <input
        id="key"
        ref={input}
        name="key"
        type="password"
        required
        autocomplete="off"
        spellcheck={false}
        placeholder="sk_…"
        aria-describedby="key-note sign-in-error"
      />
      <p id="key-note" class="quiet">
        The collector printed it at its first start; <code>stillhere keys --rotate</code> makes a
        new one. It stays in this tab.
      </p>
      <button type="submit">Open the console</button>
    </form>
  );
}
