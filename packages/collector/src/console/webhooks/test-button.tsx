import type { Webhook } from "../model/webhook.ts";
import type { Webhooks } from "../state/webhooks.ts";

/** Sends the endpoint a test. What it answered becomes the status of the page. */
export function TestButton({ webhook, webhooks }: { webhook: Webhook; webhooks: Webhooks }) {
  return (
    <button
      type="button"
      disabled={webhooks.isBusy.value}
      aria-describedby="webhooks-status"
      onClick={() => webhooks.test(webhook)}
    >
      Send a test
    </button>
  );
}
