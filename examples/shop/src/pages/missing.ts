import { html } from "hono/html";
import type { Page } from "./page.ts";

export function missingPage(): Page {
  return {
    title: "Not found",
    body: html`<h1>There is nothing here</h1>
<p>The page may have moved, or it never was. <a href="/">Back to the start</a></p>`,
  };
}
