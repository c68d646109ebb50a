import { useSignal } from "@preact/signals";
import { ENDPOINT_EVENTS, type EndpointEvents } from "../../core/lists.ts";
import { EVENT_WORDS } from "../model/webhook.ts";
import type { Webhooks } from "../state/webhooks.ts";
import { Field } from "../ui/field.tsx";
import { NameField } from "../ui/name-field.tsx";

/** Adds an endpoint. */
export function WebhookForm({ webhooks }: { webhooks: Webhooks }) {
  const url = useSignal("");
  const name = useSignal("");
  const events = useSignal<EndpointEvents>("all");

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    const isAdded = await webhooks.add(url.value.trim(), name.value.trim(), events.value);
    if (!isAdded) return;
    url.value = "";
    name.value = "";
  }

  return (
    <form onSubmit={submit}>
      <fieldset class="card">
        <legend>Add a webhook</legend>
        <Field
          id="webhook-url"
          label="Address"
          hint="Your server’s, beginning https://. With http:// or in your own network only if the collector was started with --allow-private-webhooks. What happens from then on is sent there."
        >
          {(control) => (
            <input
              {...control}
              type="url"
              required
              maxLength={2048}
              dir="ltr"
              autocomplete="off"
              value={url}
              onInput={({ currentTarget }) => {
                url.value = currentTarget.value;
              }}
            />
          )}
        </Field>
        <NameField
          id="webhook-name"
          hint="Triggers call it by this. Empty: one is chosen."
          name={name}
        />
        <Field id="webhook-events" label="What is sent">
          {(control) => (
            <select
              {...control}
              value={events.value}
              onChange={({ currentTarget }) => {
                events.value = currentTarget.value as EndpointEvents;
              }}
            >
              {ENDPOINT_EVENTS.map((each) => (
                <option key={each} value={each}>
                  {EVENT_WORDS[each]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <div class="buttons">
          <button id="add-webhook" type="submit" class="primary" disabled={webhooks.isBusy.value}>
            Add the webhook
          </button>
        </div>
      </fieldset>
    </form>
  );
}
