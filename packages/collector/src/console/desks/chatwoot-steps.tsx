import type { HelpDesk } from "../model/desk.ts";
import { attributesOf, chatwootSnippet } from "../model/desk-steps.ts";
import type { Desks } from "../state/desks.ts";
import type { Setup } from "../state/setup.ts";
import { CopyText } from "./copy-text.tsx";
import { SecretForm } from "./secret-form.tsx";

interface Props {
  desk: HelpDesk;
  desks: Desks;
  setup: Setup;
}

/** What to do in Chatwoot and in the page, with what to paste there; docs/desks.md says the same. */
export function ChatwootSteps({ desk, desks, setup }: Props) {
  const { id, inboundUrl } = desk;
  const { presence, reason } = attributesOf(desk);
  const site = { collector: setup.collector, key: setup.key.value ?? "pk_…" };
  return (
    <ol class="steps">
      <li>
        <h4>Two attributes</h4>
        <p>
          In Chatwoot, open Settings, Custom Attributes, and add one that applies to conversations,
          of type List, with the values online and offline and this key:
        </p>
        <CopyText id={`attribute-${id}`} label="Copy the key" text={presence} />
        <p>Add one of type Text that says why:</p>
        <CopyText id={`reason-${id}`} label="Copy the key of the reason" text={reason} />
      </li>
      <li>
        <h4>The webhook</h4>
        <p>
          Open Settings, Integrations, Webhooks, and add one to this address, for the events
          Conversation Created, Conversation Status Changed, Conversation Updated, Message created
          and Conversation typing on:
        </p>
        <CopyText id={`inbound-${id}`} label="Copy the address" text={inboundUrl} />
        <p>Copy the secret that Chatwoot shows for it, and enter it here:</p>
        <SecretForm desk={desk} desks={desks} />
      </li>
      <li>
        <h4>The page</h4>
        <p>Put this beside Chatwoot’s own script:</p>
        <CopyText id={`snippet-${id}`} label="Copy the code" text={chatwootSnippet(desk, site)} />
      </li>
      <li>
        <h4>Who may report</h4>
        <p>
          On the page <a href="#/setup">Setting up</a>, let holders of a secret report that the
          conversation carries. The page then makes one by itself, and no token service is needed.
          It must be on https.
        </p>
      </li>
      <li>
        <h4>Is it there?</h4>
        <p>
          Press “Test”: it reads Chatwoot’s attributes with the access token, and writes nothing.
          After the next message of a visitor, “Last heard” is no longer empty.
        </p>
      </li>
    </ol>
  );
}
