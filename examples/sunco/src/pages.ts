/**
 * The pages of the stand-in: a shop with the messenger, and the list that an agent sees.
 * @module
 */
import { html } from "hono/html";
import type { Api } from "./api.ts";
import { type Behaviour, SWITCHES, type Switch } from "./behaviour.ts";
import type { Conversation } from "./conversations.ts";
import type { Webhook } from "./webhook.ts";

/**
 * The shop has a delegate of its own, which gives each message what is in the cart. The messenger is given both.
 * @param loader address of the loader
 */
export function renderShop(publishableKey: string, loader: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Shop</title>
<h1>Shop</h1>
<p>Write a message, close the tab, and look at <a href="/app" target="_blank" rel="noopener">the desk</a>.</p>
<p><button id="login">Log in as ann</button> <button id="logout">Log out</button>
<button id="destroy">Destroy the messenger</button> <button id="start">Start it</button></p>
<script src="${loader}"></script>
<script type="module">
import { connectSunco } from "/stillhere.js";
const presence = connectSunco({ collector: location.origin + "/presence", key: "${publishableKey}" });
const own = {
  beforeSend: (message) => ({ ...message, metadata: { ...message.metadata, cart: 7 } }),
};
const onClick = (id, act) => document.querySelector("#" + id).addEventListener("click", act);
const start = () => Smooch.init({ integrationId: "shop", delegate: presence.delegate(own) });
onClick("login", () => Smooch.login("ann", "a token of the shop"));
onClick("logout", async () => {
  await Smooch.logout();
  presence.reset();
});
onClick("destroy", () => Smooch.destroy());
onClick("start", start);
start();
</script>
</html>`;
}

/** Where the page has no modules: the script tag alone, with everything twice, as some pages do it. */
export function renderDoubled(publishableKey: string): string {
  const tag = `<script async src="/presence/sdk-sunco.js" data-key="${publishableKey}"></script>
<script src="/loader.js"></script>
<script>Smooch.init && Smooch.init({ integrationId: "shop" });</script>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Shop</title>
<h1>Shop</h1>
${tag}
${tag}
</html>`;
}

export interface Overview {
  readonly conversations: readonly Conversation[];
  readonly behaviour: Behaviour;
  readonly webhook: Pick<Webhook, "statuses">;
  readonly api: Pick<Api, "refused" | "limited" | "updates">;
}

export function renderAgentPage({ conversations, behaviour, webhook, api }: Overview) {
  const failed = webhook.statuses.filter((status) => status !== 200).length;
  const rows = conversations.map(({ id, channel, messages, metadata }) => {
    const { stillhere_presence, stillhere_reason } = metadata ?? {};
    const button = (
      action: string,
      label: string,
    ) => html`<form method="post" action="/app/conversations/${id}/${action}">
<button>${label}</button></form>`;
    return html`<tr>
<td>${id}</td><td>${channel}</td><td>${messages.at(-1)?.text}</td><td>${stillhere_presence}</td><td>${stillhere_reason}</td>
<td>${button("answer", "Answer")}</td><td>${button("close", "Close")}</td><td>${button("remove", "Remove")}</td>
</tr>`;
  });
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="1">
<title>Desk</title>
<style>td, th { padding: 0.2em 0.6em; text-align: start } form { display: inline }</style>
<h1>Conversations</h1>
<form method="post" action="/app/whatsapp"><button>A message over WhatsApp</button></form>
<table>
<tr><th>Id</th><th>Channel</th><th>Last message</th><th>stillhere_presence</th><th>stillhere_reason</th></tr>
${rows}
</table>
<h2>Webhook</h2>
<p>${webhook.statuses.length} requests sent, ${failed} of them refused or without an answer.</p>
<h2>API</h2>
<p>Updates accepted: ${api.updates.length}. Requests answered with 429: ${api.limited}.</p>
<p>Refused as wrong: ${api.refused.length === 0 ? "none" : api.refused.join(", ")}.</p>
<h2>How it behaves</h2>
<p>${(Object.keys(SWITCHES) as Switch[]).map((name) => renderSwitch(name, behaviour[name]))}</p>
</html>`;
}

function renderSwitch(name: Switch, isOn: boolean) {
  return html`<form method="post" action="/app/behaviour/${name}/${isOn ? "off" : "on"}">
<button aria-pressed="${String(isOn)}">${SWITCHES[name]}: ${isOn ? "on" : "off"}</button></form> `;
}
