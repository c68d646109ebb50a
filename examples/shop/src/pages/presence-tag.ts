import { html } from "hono/html";

export interface Presence {
  collector: string;
  key: string;
  /** Absent before the visitor's first message, because no conversation exists yet. */
  session?: string | undefined;
  token: string | null;
}

/** The script tag, which is all that a page needs for presence. */
export function presenceTag({ collector, key, session, token }: Presence) {
  if (!session || !token) return "";
  return html`<script async src="${collector}/sdk.js" data-key="${key}" data-session="${session}" data-token="${token}"></script>`;
}
