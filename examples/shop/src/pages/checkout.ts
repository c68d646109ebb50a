import { html } from "hono/html";
import { cartLines, total } from "./cart.ts";
import type { Page } from "./page.ts";

export function checkoutPage(ids: string[]): Page {
  const lines = cartLines(ids);
  return {
    title: "Checkout",
    here: "cart",
    body: html`<h1>Checkout</h1>
<p>Nothing is sold here, so nothing is asked: no name, no card.</p>
<p class="total"><span>${ids.length} ${ids.length === 1 ? "piece" : "pieces"}, with delivery</span><span class="price">€ ${total(lines)}</span></p>
<form action="/checkout" method="post"><button class="primary" data-testid="place-order">Pretend to pay</button></form>
<p class="back"><a href="/cart">Back to the cart</a></p>`,
  };
}

export function orderedPage(): Page {
  return {
    title: "Thank you",
    body: html`<h1>Thank you</h1>
<p>Your order would be on its way now, if this were a shop. <a href="/">Back to the start</a></p>`,
  };
}
