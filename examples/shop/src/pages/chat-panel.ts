import { html } from "hono/html";
import type { Message } from "../conversations.ts";
import type { Presence } from "./presence-tag.ts";

/** The chat at the time the page is sent; `client/chat.ts` updates it from then on. */
export function chatPanel(messages: Message[], { collector, key, session }: Presence) {
  return html`<div class="chat-backdrop"></div>
<aside class="chat" id="chat" aria-labelledby="chat-title" data-collector="${collector}" data-key="${key}">
<div class="chat-top">
<h2 id="chat-title">Chat with us</h2>
<button type="button" class="chat-end" data-testid="chat-end"${session ? "" : html` hidden`}>End chat</button>
<button type="button" class="chat-close" data-testid="chat-close" aria-label="Close chat"><svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M6 6l12 12M18 6L6 18" stroke="currentColor" stroke-width="2" stroke-linecap="round"/></svg></button>
</div>
<div class="chat-scroll">
<p class="chat-hello">Ask us anything about kettles, tea or your order. People answer here, from nine to six.</p>
<ol class="chat-messages" data-conversation="${session ?? ""}" role="log" aria-live="polite" aria-label="Messages">
${messages.map(messageItem)}
</ol>
</div>
<p class="chat-form-error" role="alert"></p>
<form class="chat-form" action="/chat/messages" method="post">
<label for="chat-text">Your message</label>
<textarea id="chat-text" name="text" rows="1" maxlength="2000" required autocomplete="off" enterkeyhint="send" data-testid="chat-input"></textarea>
<button type="submit" data-testid="chat-send">Send</button>
</form>
</aside>`;
}

function messageItem({ number, from, text }: Message) {
  return html`<li class="message ${from}" data-testid="chat-message" data-number="${number}" data-from="${from}"><span class="who">${from === "visitor" ? "You" : "Tern & Kettle"}</span><span class="text">${text}</span></li>`;
}
