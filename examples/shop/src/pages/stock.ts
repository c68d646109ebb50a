import { html } from "hono/html";
import type { Product } from "../catalog.ts";
import type { Page } from "./page.ts";

export function stockPage(products: readonly Product[]): Page {
  return {
    title: "Stock",
    here: "stock",
    body: html`<h1>In stock right now</h1>
<p>We ring all four workshops before we answer, so this page takes a moment.</p>
<table class="stock">
<thead><tr><th scope="col">Piece</th><th scope="col">On the shelf</th></tr></thead>
<tbody>${products.map(
      ({ id, name, inStock }) => html`<tr>
<th scope="row"><a href="/products/${id}">${name}</a></th>
<td>${inStock || "Back in spring"}</td>
</tr>`,
    )}</tbody>
</table>`,
  };
}
