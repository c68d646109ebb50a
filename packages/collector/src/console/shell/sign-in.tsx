import { useSignal } from "@preact/signals";
import { isSecretKey } from "../model/secret-key.ts";
import type { createSignIn } from "../state/sign-in.ts";
import { NoPassword } from "./no-password.tsx";
import { PasswordForm } from "./password-form.tsx";

/** Asks who it is. */
export function SignIn({ signIn }: { signIn: ReturnType<typeof createSignIn> }) {
  const asking = signIn.asking.value;
  const isKey = useSignal(false);
  const email = useSignal("");
  return (
    <main id="sign-in" hidden={asking === null}>
      {asking && (
        <div class="sign-in">
          <p id="sign-in-error" role="alert">
            {signIn.error}
          </p>
          <PasswordForm
            key={asking}
            knownEmail={email.value}
            isNew={asking === "invitation"}
            invited={signIn.invited.value}
            onType={(texts) => {
              isKey.value = texts.some(isSecretKey);
            }}
            onGive={(given) => {
              email.value = given.email;
              signIn.give(given);
            }}
          />
          {asking === "invitation" && (
            <button id="sign-in-instead" type="button" onClick={signIn.leaveInvitation}>
              I have a password already: sign in
            </button>
          )}
          {asking === "sign-in" && <NoPassword base={signIn.base} isKey={isKey.value} />}
        </div>
      )}
    </main>
  );
}
