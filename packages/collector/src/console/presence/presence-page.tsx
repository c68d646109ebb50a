import { useComputed, useSignal } from "@preact/signals";
import type { QueueNow } from "../model/outcomes.ts";
import type { Audit } from "../state/audit.ts";
import type { LiveSessions } from "../state/live-sessions.ts";
import type { PresenceForm } from "../state/presence-form.ts";
import { sessionsIn } from "../state/sessions.ts";
import { Changes } from "../ui/own-role.tsx";
import { Page } from "../ui/page.tsx";
import { Accepted } from "./accepted.tsx";
import { ModeChoice } from "./mode-choice.tsx";
import { ModeDialog } from "./mode-dialog.tsx";
import { OutcomeReport } from "./outcome-report.tsx";
import { Terms } from "./terms.tsx";

interface Props {
  form: PresenceForm;
  audit: Audit;
  live: Pick<LiveSessions, "api" | "sessions" | "unread" | "verdicts">;
}

/** Switches presence off, on trial or on. */
export function PresencePage({ form, audit, live }: Props) {
  const isAsking = useSignal(false);
  const queueNow = useComputed(() => countQueue(live));
  const close = () => {
    isAsking.value = false;
  };

  async function save(): Promise<void> {
    await form.save();
    close();
  }

  return (
    <Page
      id="page-presence"
      title="Presence"
      lead="Presence is whether a visitor’s pages are open. Try it out before it decides."
    >
      <Changes needs="admin">
        <ModeChoice
          current={form.current.value}
          wanted={form.wanted.value}
          onChoose={form.choose}
        />
        {form.needsTerms.value && (
          <Terms
            isAgreed={form.isAgreed.value}
            onAgree={(is) => {
              form.isAgreed.value = is;
            }}
          />
        )}
        {form.settings.value.termsAccepted === true && <Accepted audit={audit} />}
        {form.wanted.value !== "off" && (form.settings.value.origins ?? []).length === 0 && (
          <p id="no-origins" class="notice">
            No site may report yet, so no visitor will be seen. List your sites in the{" "}
            <a href="#/settings">settings</a>.
          </p>
        )}
        <div class="save-bar">
          <p id="presence-status" role="status">
            {form.status.value}
          </p>
          {form.needsTerms.value && !form.isAgreed.value && (
            <p id="mode-review-hint" class="quiet">
              Accept the terms above first.
            </p>
          )}
          <button
            id="mode-review"
            type="button"
            class="primary"
            disabled={!form.isReady.value}
            onClick={() => {
              isAsking.value = true;
              form.preview();
            }}
          >
            Review and save
          </button>
        </div>
      </Changes>
      <OutcomeReport
        api={live.api}
        mode={form.current.value}
        verdicts={live.verdicts}
        queue={queueNow.value}
      />
      <ModeDialog form={form} isOpen={isAsking.value} onSave={save} onClose={close} />
    </Page>
  );
}

function countQueue({ sessions, unread }: Props["live"]): QueueNow {
  const all = sessionsIn(sessions);
  return {
    live: all.filter(({ queue }) => queue === "queued").length,
    shadow: all.filter(({ queue, shadow }) => (shadow?.queue ?? queue) === "queued").length,
    isComplete: unread.value.length === 0,
  };
}
