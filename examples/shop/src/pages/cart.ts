import { html } from "hono/html";
import { PRODUCTS } from "../catalog.ts";
import { drawing } from "../drawings.ts";
import type { Page } from "./page.ts";

export function cartPage(ids: string[]): Page {
  const lines = cartLines(ids);
  return {
    title: "Cart",
    here: "cart",
    body: html`<h1>Cart</h1>
${
  lines.length === 0
    ? html`<p>Nothing in it yet. <a href="/">Look around</a>, there is no hurry.</p>
<p><a class="primary" href="/checkout" data-testid="nav-checkout">Go to checkout</a></p>`
    : html`<ul class="lines">
${lines.map(
  ({ product, pieces, sum }) => html`<li>
${drawing(product.id)}
<div><a href="/products/${product.id}">${product.name}</a><p>${pieces} × € ${product.price}</p></div>
<p class="price">€ ${sum}</p>
<form action="/cart" method="post"><button name="remove" value="${product.id}" aria-label="Remove ${product.name}">Remove</button></form>
</li>`,
)}
</ul>
<p class="total"><span>Total, with delivery</span><span class="price">€ ${total(lines)}</span></p>
<p><a class="primary" href="/checkout" data-testid="nav-checkout">Go to checkout</a></p>`
}`,
  };
}

export type CartLines = ReturnType<typeof cartLines>;

export function cartLines(ids: string[]) {
  return PRODUCTS.map((product) => {
    const pieces = ids.filter((id) => id === product.id).length;
    return { product, pieces, sum: pieces * product.price };
  }).filter(({ pieces }) => pieces > 0);
}

export function total(lines: CartLines): number {
  return lines.reduce((sum, line) => sum + line.sum, 0);
}
