import { useEffect } from "preact/hooks";
import type { Desks } from "../state/desks.ts";
import type { Setup } from "../state/setup.ts";
import { Page } from "../ui/page.tsx";
import { SecretDialog } from "../ui/secret-dialog.tsx";
import { DeskForm } from "./desk-form.tsx";
import { DeskItem } from "./desk-item.tsx";

interface Props {
  desks: Desks;
  setup: Setup;
}

/** The help desks that report here, and are told who is still there. */
export function DesksPage({ desks, setup }: Props) {
  useEffect(() => {
    desks.read();
    setup.read();
  }, [desks, setup]);
  const list = desks.list.value;
  return (
    <Page
      id="page-desks"
      title="Desks"
      lead="A help desk reports here what happens in its conversations, and is told there who is still waiting."
    >
      <p id="desks-status" role="status">
        {desks.status}
      </p>
      <ul id="desks" class="plain">
        {(list ?? []).map((desk) => (
          <DeskItem key={desk.id} desk={desk} desks={desks} setup={setup} />
        ))}
      </ul>
      <div class="buttons" hidden={list === null || list.length === 0}>
        <button id="read-desks" type="button" onClick={() => desks.read()}>
          Read again
        </button>
      </div>
      <p class="quiet" hidden={list === null || list.length > 0}>
        There is no desk: your servers report what happens, by the API.
      </p>
      <DeskForm desks={desks} />
      <SecretDialog
        id="desk-address"
        title="The webhook’s address"
        note="Enter it in Chatwoot as the webhook’s address. It is never shown again."
        done="I have entered it"
        secret={desks.address.value}
        onClose={() => {
          desks.address.value = null;
        }}
      />
    </Page>
  );
}
