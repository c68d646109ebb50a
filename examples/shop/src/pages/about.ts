import { html } from "hono/html";
import type { Page } from "./page.ts";

export function aboutPage(): Page {
  return {
    title: "About",
    here: "about",
    body: html`<h1>About this shop</h1>
<p>Tern &amp; Kettle began with one leaking teapot and the wish for another. It ended there, too: this is a demonstration, and everything in it was drawn for the purpose.</p>
<h2>What to try</h2>
<ul class="tries">
<li>Write something in the chat, and watch yourself appear in the console.</li>
<li>Walk from page to page, go back and forth, reload: you are still there all the while.</li>
<li>Go to the <a href="/slow">stock page</a> or the <a href="/checkout">checkout</a>. They answer late, and you are still there.</li>
<li>Open a second tab and close the first.</li>
<li>Close the last tab, and count the seconds until the console says that you left.</li>
<li>Come back, and take your old place in the queue.</li>
</ul>`,
  };
}
