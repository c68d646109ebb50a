import type { SignedIn } from "../model/person.ts";
import { ROLE_WORDS } from "../model/role-words.ts";
import type { Account } from "../state/account.ts";
import { Dialog } from "../ui/dialog.tsx";
import { PasswordChangeForm } from "./password-change-form.tsx";

/** Who is signed in here, with the own password and sign-ins. */
export function AccountDialog({ account, person }: { account: Account; person: SignedIn }) {
  const close = () => {
    account.isOpen.value = false;
  };
  return (
    <Dialog id="account" title="Your account" isOpen={account.isOpen.value} onClose={close}>
      <p>
        <bdi>{person.email}</bdi>. {ROLE_WORDS[person.role].title}: {ROLE_WORDS[person.role].may}.
      </p>
      <PasswordChangeForm account={account} />
      <p id="account-status" role="status">
        {account.status}
      </p>
      <div class="buttons">
        <button
          id="sign-out-everywhere"
          type="button"
          disabled={account.isBusy.value}
          onClick={account.signOutEverywhere}
        >
          Sign out here and everywhere
        </button>
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
