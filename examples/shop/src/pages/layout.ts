import { html } from "hono/html";
import type { Message } from "../conversations.ts";
import { TERN } from "../drawings.ts";
import { chatPanel } from "./chat-panel.ts";
import type { Page } from "./page.ts";
import { type Presence, presenceTag } from "./presence-tag.ts";

interface Frame {
  page: Page;
  /** How many pieces are in the cart. */
  pieces: number;
  chatClosed: boolean;
  messages: Message[];
  presence: Presence;
}

export function layout({ page, pieces, chatClosed, messages, presence }: Frame) {
  const current = (name: Page["here"]) => (page.here === name ? html` aria-current="page"` : "");
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page.title} · Tern &amp; Kettle</title>
<link rel="icon" href="/assets/favicon.svg">
<link rel="stylesheet" href="/assets/shop.css">
<link rel="stylesheet" href="/assets/chat.css">
<script defer src="/assets/chat.js"></script>
${presenceTag(presence)}
</head>
<body class="${chatClosed ? "" : "docked"}">
<a class="skip" href="#main">Skip to content</a>
<div class="site">
<header class="top">
<a class="brand" href="/" data-testid="nav-home">${TERN}<span>Tern &amp; Kettle</span></a>
<nav aria-label="Shop">
<a href="/slow" data-testid="nav-slow"${current("stock")}>Stock</a>
<a href="/about" data-testid="nav-about"${current("about")}>About</a>
<a href="/cart" data-testid="nav-cart"${current("cart")}>Cart<span class="count" data-pieces="${pieces}">${pieces}</span></a>
</nav>
<button class="chat-open" type="button" data-testid="chat-open" aria-controls="chat">
<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M4 4h16a1.5 1.5 0 0 1 1.5 1.5v10A1.5 1.5 0 0 1 20 17h-8l-5 4v-4H4a1.5 1.5 0 0 1-1.5-1.5v-10A1.5 1.5 0 0 1 4 4z" fill="currentColor"/></svg>
<span>Chat</span>
</button>
</header>
<main id="main">
${page.body}
</main>
<footer>
<p>Tern &amp; Kettle is not a real shop. It shows a chat that knows when its visitor has gone.</p>
<ul>
<li><a href="/care-guide.txt" data-testid="download-link">Care guide (text file)</a></li>
<li><a href="mailto:hello@example.com" data-testid="mail-link">hello@example.com</a></li>
<li><a href="https://example.com/" data-testid="external-link">Our pottery (another site)</a></li>
</ul>
</footer>
</div>
${chatPanel(messages, presence)}
</body>
</html>`;
}
