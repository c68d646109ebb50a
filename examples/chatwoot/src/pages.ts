/**
 * The pages of the stand-in: a shop with the widget, and the list that an agent sees.
 * @module
 */
import { html } from "hono/html";
import type { Conversation } from "./conversations.ts";

interface Shop {
  readonly publishableKey: string;
  readonly prefix: string;
}

export function renderShop({ publishableKey, prefix }: Shop): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Shop</title>
<script async src="/presence/sdk-chatwoot.js" data-key="${publishableKey}" data-prefix="${prefix}"></script>
<script defer src="/widget.js"></script>
<h1>Shop</h1>
<p>Write a message, close the tab, and look at <a href="/app" target="_blank" rel="noopener">the desk</a>.</p>
<form id="chat"><input name="content" aria-label="Message" value="Hello"> <button>Send</button></form>
<ul id="messages"></ul>
</html>`;
}

/**
 * The widget, as far as other scripts see it: its global, and its events on the window. An attribute that is set
 * before there is a conversation has no effect.
 */
export const WIDGET = `
const form = document.querySelector("#chat");
const post = (path, body) => fetch(path, { method: "POST", body: JSON.stringify(body) });
let id = Number(sessionStorage.getItem("widget")) || null;
window.$chatwoot = {
  setConversationCustomAttributes(attributes) {
    if (id) post("/widget/conversations/" + id + "/custom_attributes", attributes);
  },
};
dispatchEvent(new Event("chatwoot:ready"));
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const content = form.content.value;
  const response = await post("/widget/messages", { id, content });
  id = (await response.json()).conversation_id;
  sessionStorage.setItem("widget", id);
  document.querySelector("#messages").append(Object.assign(document.createElement("li"), { textContent: content }));
  dispatchEvent(new CustomEvent("chatwoot:on-message", { detail: { content, message_type: 0, conversation_id: id } }));
});
`;

export function renderAgentPage(conversations: readonly Conversation[]) {
  const rows = conversations.map(
    ({ id, status, messages, customAttributes: { presence, presence_reason } }) =>
      html`<tr>
<td>${id}</td><td>${messages.at(-1)}</td><td>${status}</td><td>${presence}</td><td>${presence_reason}</td>
<td><form method="post" action="/app/conversations/${id}/resolve"><button>Resolve</button></form></td>
</tr>`,
  );
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="1">
<title>Desk</title>
<h1>Conversations</h1>
<table>
<tr><th>Number</th><th>Last message</th><th>Status</th><th>presence</th><th>presence_reason</th><th></th></tr>
${rows}
</table>
</html>`;
}
