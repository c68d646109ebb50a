import { useEffect, useRef } from "preact/hooks";

interface Props {
  isHidden: boolean;
  /** Why the last key was refused; empty if none was. */
  error: string;
  onKey: (key: string) => void;
}

/** The form that asks for the secret key. */
export function SignIn({ isHidden, error, onKey }: Props) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!isHidden) input.current?.focus();
  }, [isHidden]);

  function submit(event: Event): void {
    event.preventDefault();
    if (!input.current) return;
    const key = input.current.value.trim();
    input.current.value = "";
    onKey(key);
  }

  return (
    <main id="sign-in" hidden={isHidden}>
      <form id="sign-in-form" onSubmit={submit}>
        <h2>Who is still there?</h2>
        <p>This page shows every visitor who waits in your chat, and tells who has gone.</p>
        <label for="key">Secret key</label>
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
          aria-invalid={error === "" ? undefined : true}
        />
        <p id="key-note" class="quiet">
          The collector printed it at its first start; <code>stillhere keys --rotate</code> makes a
          new one. It stays in this tab.
        </p>
        <p id="sign-in-error" role="alert">
          {error}
        </p>
        <button type="submit" class="primary">
          Open the console
        </button>
      </form>
    </main>
  );
}
