import { html } from "hono/html";
import type { Product } from "../catalog.ts";
import { drawing } from "../drawings.ts";
import type { Page } from "./page.ts";

export function homePage(products: readonly Product[]): Page {
  return {
    title: "Things for slow mornings",
    here: "home",
    body: html`<div class="hero">
<h1>Things for slow mornings</h1>
<p>Kettles, pots and cups that we use ourselves, from four workshops on the coast.</p>
</div>
<ul class="products">
${products.map(
  (product) => html`<li class="card">
${drawing(product.id)}
<h2><a href="/products/${product.id}" data-testid="product-link">${product.name}</a></h2>
<p>${product.summary}</p>
<p class="price">€ ${product.price}${product.inStock ? "" : html` <span class="sold">Back in spring</span>`}</p>
</li>`,
)}
</ul>`,
  };
}
