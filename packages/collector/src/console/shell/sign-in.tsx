import type { createSignIn } from "../state/sign-in.ts";
import { KeyForm } from "./key-form.tsx";
import { PasswordForm } from "./password-form.tsx";

/** Asks who it is. */
export function SignIn({ signIn }: { signIn: ReturnType<typeof createSignIn> }) {
  const asking = signIn.asking.value;
  return (
    <main id="sign-in" hidden={asking === null}>
      {asking && (
        <div class="sign-in">
          <p id="sign-in-error" role="alert">
            {signIn.error}
          </p>
          <PasswordForm key={asking} isNew={asking === "invitation"} onGive={signIn.give} />
          {asking === "sign-in" && <KeyForm onGive={signIn.give} />}
        </div>
      )}
    </main>
  );
}
