import { useRef } from "preact/hooks";
import type { Account } from "../state/account.ts";
import { MIN_PASSWORD_LENGTH } from "../ui/password-length.ts";

/** Asks for the current password and for a new one. */
export function PasswordChangeForm({ account }: { account: Account }) {
  const password = useRef<HTMLInputElement>(null);
  const wanted = useRef<HTMLInputElement>(null);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (!password.current || !wanted.current) return;
    const isChanged = await account.changePassword(password.current.value, wanted.current.value);
    if (isChanged) (event.target as HTMLFormElement).reset();
    else password.current.focus();
  }

  return (
    <form id="password-change" class="stack" onSubmit={submit}>
      <label for="current-password">Current password</label>
      <input
        id="current-password"
        ref={password}
        type="password"
        required
        maxLength={256}
        autocomplete="current-password"
        aria-describedby="account-status"
      />
      <label for="new-password">New password</label>
      <input
        id="new-password"
        ref={wanted}
        type="password"
        required
        minLength={MIN_PASSWORD_LENGTH}
        maxLength={256}
        autocomplete="new-password"
        aria-describedby="new-password-note"
      />
      <p id="new-password-note" class="quiet">
        At least {MIN_PASSWORD_LENGTH} characters. Every other browser is signed out.
      </p>
      <div class="buttons">
        <button type="submit" class="primary" disabled={account.isBusy.value}>
          Change password
        </button>
      </div>
    </form>
  );
}
