import { CopyButton } from "../ui/copy-button.tsx";

interface Props {
  /** The URL of the collector's routes, with a trailing slash. */
  base: URL;
  /** Whether a secret key was entered, which signs no one in. */
  isKey: boolean;
}

const KEY_NOTE =
  "This is a secret key. It is for programs, and does not open the console: have yourself invited with it, as described below.";

/** How a person comes in who has no password: the first one of an account, or who has lost it. */
export function NoPassword({ base, isKey }: Props) {
  const command = `curl -X POST ${base.href}v1/invitations -H "Authorization: Bearer sk_…" -H "Content-Type: application/json" -d '{"role": "admin"}'`;
  return (
    <>
      <p id="key-note" role="alert">
        {isKey && KEY_NOTE}
      </p>
      <details id="no-password" open={isKey}>
        <summary>No password yet, or lost?</summary>
        <p>An admin of your account invites you on the page People.</p>
        <p>
          If you lost your password, an admin removes you there first. Are you the only admin? Use
          the command below, with another e-mail address.
        </p>
        <p>
          Is there no admin yet? Whoever runs the collector makes the first link, which is good
          once: it is printed at the start, and by
        </p>
        <pre class="code" dir="ltr">
          stillhere people --invite --role admin
        </pre>
        <p>On Cloudflare, and from anywhere, the account’s secret key makes one:</p>
        <pre id="invite-command" class="code" dir="ltr">
          {command}
        </pre>
        <CopyButton from="invite-command" label="Copy the command" />
      </details>
    </>
  );
}
