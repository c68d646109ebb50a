import { useCallback } from "preact/hooks";
import { conflictWords, deskDeliveryWords, type HelpDesk } from "../model/desk.ts";
import { kindTitle } from "../model/desk-kinds.ts";
import type { Desks } from "../state/desks.ts";
import type { Setup } from "../state/setup.ts";
import { ConfirmButton } from "../ui/confirm-button.tsx";
import { Deliveries } from "../ui/deliveries.tsx";
import { AccessForm } from "./access-form.tsx";
import { DeskFacts } from "./desk-facts.tsx";
import { DeskSteps } from "./desk-steps.tsx";
import { DryRunButton } from "./dry-run-button.tsx";
import { DryWrites } from "./dry-writes.tsx";
import { Fold } from "./fold.tsx";
import { MappingForm } from "./mapping-form.tsx";
import { ParkedList } from "./parked-list.tsx";

interface Props {
  desk: HelpDesk;
  desks: Desks;
  setup: Setup;
}

/** One desk: how it stands, what to do there, and what it was told. */
export function DeskItem({ desk, desks, setup }: Props) {
  const { id, kind, outbound, lastHeardAt } = desk;
  const isBusy = desks.isBusy.value;
  const load = useCallback(
    (status: "failed" | null, cursor: string | null) => desks.deliveries(id, status, cursor),
    [desks, id],
  );
  return (
    <li class="card" data-desk={id}>
      <h3>
        <bdi>{id}</bdi> <span class="quiet">{kindTitle(kind)}</span>
      </h3>
      <DeskFacts desk={desk} />
      {desk.triggerConflicts.map((conflict) => (
        <p key={conflict.code} class="problem" data-conflict={conflict.code}>
          {conflictWords(id, conflict)} <a href="#/triggers">Triggers</a>
        </p>
      ))}
      <div class="buttons">
        <button
          type="button"
          disabled={isBusy || outbound === null}
          aria-describedby="desks-status"
          onClick={() => desks.test(desk)}
        >
          Test
        </button>
        <DryRunButton desk={desk} desks={desks} />
        <ConfirmButton
          id={`remove-desk-${id}`}
          label="Remove"
          question={`Remove ${id}?`}
          follows="Its messages are refused from then on, and it is told nothing more. Its conversations stay here. Remove the webhook and the script as well."
          isDisabled={isBusy}
          onConfirm={() => desks.remove(desk)}
        />
      </div>
      <Fold
        title={`What to do in ${kindTitle(kind)} and in the page`}
        isOpen={lastHeardAt === null}
      >
        <DeskSteps desk={desk} desks={desks} setup={setup} />
      </Fold>
      <Fold title="Access to the desk">
        <AccessForm desk={desk} desks={desks} />
      </Fold>
      <Fold title="Its words, and how its sessions are named">
        <MappingForm desk={desk} desks={desks} />
      </Fold>
      <Fold title="What it was told">
        <Deliveries
          load={load}
          onReplay={(transition) => desks.replay(desk, transition)}
          canReplay={outbound !== null}
          words={deskDeliveryWords}
        />
      </Fold>
      <Fold title="What it would have been told in a dry run or a trial">
        <DryWrites desk={desk} desks={desks} />
      </Fold>
      <Fold title="Parked messages">
        <ParkedList desk={desk} desks={desks} />
      </Fold>
    </li>
  );
}
