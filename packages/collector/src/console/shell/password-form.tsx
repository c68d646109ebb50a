import { useEffect, useRef } from "preact/hooks";
import type { Invited, Password } from "../model/person.ts";
import { ROLE_WORDS } from "../model/role-words.ts";
import { MIN_PASSWORD_LENGTH } from "../ui/password-length.ts";

interface Props {
  /** The address that was given with a password that was refused; empty: none was. */
  knownEmail: string;
  /** Whether a person joins, and chooses the password. */
  isNew: boolean;
  /** What the invitation is good for; `null`: there is none, or it could not be read. */
  invited: Invited | null;
  /** Gets what both fields contain, after each change. */
  onType: (texts: readonly string[]) => void;
  onGive: (password: Password) => void;
}

/** Asks for an e-mail address and a password. */
export function PasswordForm({ knownEmail, isNew, invited, onType, onGive }: Props) {
  const email = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => (knownEmail === "" ? email : password).current?.focus(), [knownEmail]);

  function type(): void {
    onType([email, password].map(({ current }) => current?.value.trim() ?? ""));
  }

  function submit(event: Event): void {
    event.preventDefault();
    if (!email.current || !password.current) return;
    onGive({ email: email.current.value.trim(), password: password.current.value });
  }

  return (
    <form id={isNew ? "invitation-form" : "password-form"} onInput={type} onSubmit={submit}>
      <h2>{isNew ? "You are invited to stillhere" : "Who is still there?"}</h2>
      {isNew && invited && (
        <p id="invited-role">
          Your role: {ROLE_WORDS[invited.role].title}, who {ROLE_WORDS[invited.role].may}.
        </p>
      )}
      <p>
        {isNew
          ? "Enter your e-mail address, and choose a password. You will sign in with them from now on."
          : "This page shows every visitor who waits in your chat, and tells who has gone."}
      </p>
      <label for="email">E-mail address</label>
      <input
        id="email"
        ref={email}
        name="email"
        defaultValue={knownEmail}
        type="email"
        required
        maxLength={254}
        autocomplete="username"
        aria-describedby="sign-in-error key-note"
      />
      <label for="password">Password</label>
      <input
        id="password"
        ref={password}
        name="password"
        type="password"
        required
        minLength={isNew ? MIN_PASSWORD_LENGTH : undefined}
        maxLength={256}
        autocomplete={isNew ? "new-password" : "current-password"}
        aria-describedby="password-note sign-in-error key-note"
      />
      {isNew && (
        <p id="password-note" class="quiet">
          At least {MIN_PASSWORD_LENGTH} characters.
        </p>
      )}
      <button type="submit" class="primary">
        {isNew ? "Join" : "Sign in"}
      </button>
    </form>
  );
}
