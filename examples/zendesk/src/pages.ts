/**
 * The pages of the stand-in: a shop with the widget, and the list that an agent sees.
 * @module
 */
import { html } from "hono/html";
import { fieldOf, type Ticket } from "./tickets.ts";

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

export function renderAgentPage(tickets: readonly Ticket[]) {
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
<h1>Tickets</h1>
<table>
<tr><th>Number</th><th>Last message</th><th>Status</th><th>Visitor</th><th></th></tr>
${rows}
</table>
</html>`;
}
