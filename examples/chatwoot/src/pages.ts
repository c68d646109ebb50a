/**
 * The pages of the stand-in: a shop with the widget, and the desk that an agent sees.
 * @module
 */
import { html } from "hono/html";
import { type Behaviour, SWITCHES, type Switch } from "./behaviour.ts";
import { type Conversation, STATUSES } from "./conversations.ts";
import type { Rule } from "./rules.ts";
import type { Webhook } from "./webhook.ts";

interface Shop {
  readonly publishableKey: string;
  readonly prefix: string;
}

export function renderShop({ publishableKey, prefix }: Shop) {
  return html`<!doctype html>
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
 * before there is a conversation has no effect. A second tab of the visitor is in the same conversation.
 */
export const WIDGET = `
const form = document.querySelector("#chat");
const post = (path, body) => fetch(path, { method: "POST", body: JSON.stringify(body) });
let id = Number(localStorage.getItem("widget")) || null;
window.$chatwoot = {
  setConversationCustomAttributes(attributes) {
    if (id) post("/widget/conversations/" + id + "/custom_attributes", attributes);
  },
};
dispatchEvent(new Event("chatwoot:ready"));
form.addEventListener("input", () => {
  if (id) post("/widget/conversations/" + id + "/typing", {});
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const content = form.content.value;
  const response = await post("/widget/messages", { id, content });
  id = (await response.json()).conversation_id;
  localStorage.setItem("widget", id);
  document.querySelector("#messages").append(Object.assign(document.createElement("li"), { textContent: content }));
  dispatchEvent(new CustomEvent("chatwoot:on-message", { detail: { content, message_type: 0, conversation_id: id } }));
});
`;

export interface Overview {
  readonly conversations: readonly Conversation[];
  readonly rules: readonly Rule[];
  readonly behaviour: Behaviour;
  readonly webhook: Pick<Webhook, "answers" | "lost">;
  /** Requests of the collector that Chatwoot would refuse. */
  readonly refused: readonly string[];
}

export function renderAgentPage({ conversations, rules, behaviour, webhook, refused }: Overview) {
  const failed = webhook.answers.filter(({ status }) => status !== 200).length;
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="1">
<title>Desk</title>
<style>td, th { padding: 0.2em 0.6em; text-align: start } form { display: inline }</style>
<h1>Conversations</h1>
<table>
<tr><th>Number</th><th>Last message</th><th>Status</th><th>Assignee</th><th>Labels</th><th>presence</th><th>presence_reason</th><th></th></tr>
${conversations.map(renderConversation)}
</table>
<h2>Rules</h2>
<p>They run at every update of a conversation, whatever was updated.</p>
<table>
<tr><th>Rule</th><th>Runs</th></tr>
${rules.map(({ name, runs }) => html`<tr><td>${name}</td><td>${runs}</td></tr>`)}
</table>
<h2>Webhooks</h2>
<p>${webhook.answers.length} sent, ${failed} of them refused or without an answer, ${webhook.lost} lost.</p>
<p>${(Object.keys(SWITCHES) as Switch[]).map((name) => renderSwitch(name, behaviour[name]))}</p>
<h2>Refused requests</h2>
<ul>${refused.length === 0 ? html`<li>None` : refused.map((each) => html`<li>${each}`)}</ul>
</html>`;
}

function renderConversation(conversation: Conversation) {
  const { id, status, messages, labels, assignee, customAttributes } = conversation;
  const { presence, presence_reason } = customAttributes;
  const others = STATUSES.filter((each) => each !== status);
  return html`<tr>
<td>${id}</td><td>${messages.at(-1)?.content}</td><td>${status}</td><td>${assignee}</td>
<td>${labels.join(", ")}</td><td>${presence}</td><td>${presence_reason}</td>
<td><form method="post" action="/app/conversations/${id}">
${others.map((each) => html`<button name="status" value="${each}">${each}</button> `)}
<button name="assignee" value="${assignee === null ? "Ann" : ""}">${assignee === null ? "Assign Ann" : "Unassign"}</button>
<button name="reply" value="How can I help?">Reply</button>
</form></td>
</tr>`;
}

function renderSwitch(name: Switch, isOn: boolean) {
  return html`<form method="post" action="/app/behaviour/${name}/${isOn ? "off" : "on"}">
<button aria-pressed="${String(isOn)}">${SWITCHES[name]}: ${isOn ? "on" : "off"}</button></form> `;
}
