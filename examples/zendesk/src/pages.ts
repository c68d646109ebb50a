/**
 * The pages of the stand-in: a shop with the widget, and the list that an agent sees.
 * @module
 */
import { html } from "hono/html";
import type { Api } from "./api.ts";
import { type Behaviour, SWITCHES, type Switch } from "./behaviour.ts";
import { fieldOf, type Ticket } from "./tickets.ts";
import type { Webhook } from "./webhook.ts";

const CHAT = `<form id="chat"><input name="content" aria-label="Message" value="Hello"> <button>Send</button></form>
<ul id="messages"></ul>`;

/** @param copies of both scripts: some pages have them twice */
export function renderShop(publishableKey: string, copies: number): string {
  const scripts = `<script async src="/presence/sdk-zendesk.js" data-key="${publishableKey}"></script>
<script defer src="/widget.js"></script>\n`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Shop</title>
${scripts.repeat(copies)}
<h1>Shop</h1>
<p>Write a message, close the tab, and look at <a href="/app" target="_blank" rel="noopener">the desk</a>.</p>
${CHAT}
</html>`;
}

/** A shop with modules, whose visitors log in and out. */
export function renderAccount(publishableKey: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Shop</title>
<h1>Shop</h1>
<p><button id="login">Log in as 77</button> <button id="logout">Log out</button>
<button id="new">Another conversation</button></p>
${CHAT}
<script src="/widget.js"></script>
<script type="module">
import { connectZendesk } from "/stillhere.js";
const presence = connectZendesk({
  collector: location.origin + "/presence",
  key: "${publishableKey}",
  tags: ["shop"],
});
const onClick = (id, act) => document.querySelector("#" + id).addEventListener("click", act);
onClick("login", () => zE("messenger", "loginUser", (callback) => callback("77")));
onClick("logout", () => {
  zE("messenger", "logoutUser");
  presence.reset();
});
onClick("new", () => zE("messenger", "newConversation"));
</script>
</html>`;
}

export interface Overview {
  readonly tickets: readonly Ticket[];
  readonly behaviour: Behaviour;
  readonly webhooks: readonly Pick<Webhook, "statuses" | "dropped">[];
  readonly api: Pick<Api, "refused" | "counts" | "updates">;
}

export function renderAgentPage({ tickets, behaviour, webhooks, api }: Overview) {
  const statuses = webhooks.flatMap((webhook) => webhook.statuses);
  const failed = statuses.filter((status) => status !== 200).length;
  const dropped = webhooks.reduce((sum, webhook) => sum + webhook.dropped, 0);
  const { early, limited, outdated } = api.counts;
  const button = (id: number, path: string, label: string) =>
    html`<form method="post" action="/app/tickets/${id}/${path}"><button>${label}</button></form>`;
  const rows = tickets.map((ticket) => {
    const { id, conversation, status, messages } = ticket;
    return html`<tr>
<td>${id}</td><td>${messages.at(-1) ?? "(by e-mail)"}</td><td>${status}</td><td>${fieldOf(ticket)}</td>
<td>${conversation && button(id, "take", "Take")}${conversation && button(id, "solve", "Solve")}
${conversation && button(id, "session/inactive", "Session inactive")}</td>
</tr>`;
  });
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="1">
<title>Desk</title>
<style>td, th { padding: 0.2em 0.6em; text-align: start } form { display: inline }</style>
<h1>Tickets</h1>
<p>Ann, the agent, takes at most ${[2, 5].map(
    (capacity) => html`<form method="post" action="/app/capacity/${capacity}">
<button>${capacity} conversations</button></form> `,
  )}</p>
<table>
<tr><th>Number</th><th>Last message</th><th>Status</th><th>Visitor</th><th></th></tr>
${rows}
</table>
<h2>Webhooks</h2>
<p>${statuses.length} sent, ${failed} of them refused or without an answer, ${dropped} not sent since most failed.</p>
<h2>API</h2>
<p>Updates: ${api.updates.length} accepted, ${outdated} answered with 409. Requests: ${early + limited} answered with 429, ${limited} of them above a limit.</p>
<p>Refused as wrong: ${api.refused.length === 0 ? "none" : api.refused.join(", ")}.</p>
<h2>How it behaves</h2>
<p>${(Object.keys(SWITCHES) as Switch[]).map((name) => renderSwitch(name, behaviour[name]))}</p>
</html>`;
}

function renderSwitch(name: Switch, isOn: boolean) {
  return html`<form method="post" action="/app/behaviour/${name}/${isOn ? "off" : "on"}">
<button aria-pressed="${String(isOn)}">${SWITCHES[name]}: ${isOn ? "on" : "off"}</button></form> `;
}
