import type { HtmlEscapedString } from "hono/utils/html";

/** What a page is made of; everything around it is the layout's. */
export interface Page {
  title: string;
  /** Which entry of the navigation is the current page. */
  here?: "home" | "stock" | "about" | "cart";
  body: HtmlEscapedString | Promise<HtmlEscapedString>;
}
