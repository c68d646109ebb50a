import { useEffect, useRef } from "preact/hooks";
import type { Credentials } from "../model/person.ts";
import { MIN_PASSWORD_LENGTH } from "../ui/password-length.ts";

interface Props {
  /** Whether a person joins, and chooses the password. */
  isNew: boolean;
  onGive: (credentials: Credentials) => void;
}

/** Asks for an e-mail address and a password. */
export function PasswordForm({ isNew, onGive }: Props) {
  const email = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => email.current?.focus(), []);

  function submit(event: Event): void {
    event.preventDefault();
    if (!email.current || !password.current) return;
    onGive({ email: email.current.value.trim(), password: password.current.value });
  }

  return (
    <form id={isNew ? "invitation-form" : "password-form"} onSubmit={submit}>
      <h2>{isNew ? "You are invited" : "Who is still there?"}</h2>
      <p>
        {isNew
          ? "Choose what you will sign in with."
          : "This page shows every visitor who waits in your chat, and tells who has gone."}
      </p>
      <label for="email">E-mail address</label>
      <input
        id="email"
        ref={email}
        name="email"
        type="email"
        required
        maxLength={254}
        autocomplete="username"
        aria-describedby="sign-in-error"
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
        aria-describedby="password-note sign-in-error"
      />
      <p id="password-note" class="quiet">
        {isNew
          ? `At least ${MIN_PASSWORD_LENGTH} characters.`
          : "An admin of your account invites you, on the page People."}
      </p>
      <button type="submit" class="primary">
        {isNew ? "Join" : "Sign in"}
      </button>
    </form>
  );
}
