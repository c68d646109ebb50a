import type { HtmlEscapedString } from "hono/utils/html";

/** The parts of a page that differ; the rest is the layout. */
export interface Page {
  title: string;
  /** The page's entry in the navigation. */
  here?: "home" | "stock" | "about" | "cart";
  body: HtmlEscapedString | Promise<HtmlEscapedString>;
}
