import { html } from "hono/html";

export interface Presence {
  collector: string;
  key: string;
  /** None before the visitor's first message: there is nobody to wait for yet. */
  session?: string | undefined;
  token: string | null;
}

/** All that a page needs so that the desk knows whether its visitor is still there. */
export function presenceTag({ collector, key, session, token }: Presence) {
  if (!session || !token) return "";
  return html`<script async src="${collector}/sdk.js" data-key="${key}" data-session="${session}" data-token="${token}"></script>`;
}
