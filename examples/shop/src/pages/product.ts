import { html } from "hono/html";
import type { Product } from "../catalog.ts";
import { drawing } from "../drawings.ts";
import type { Page } from "./page.ts";

export function productPage(product: Product): Page {
  return {
    title: product.name,
    body: html`<p class="back"><a href="/">All things</a></p>
<article class="product">
${drawing(product.id)}
<div>
<h1>${product.name}</h1>
<p class="price">€ ${product.price}</p>
<p>${product.story}</p>
<form action="/cart" method="post">
<button class="primary" name="add" value="${product.id}" data-testid="add-to-cart"${product.inStock ? "" : html` disabled`}>${product.inStock ? "Add to cart" : "Back in spring"}</button>
</form>
<dl>${product.facts.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>
</div>
</article>`,
  };
}
