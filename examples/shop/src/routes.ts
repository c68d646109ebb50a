import { setTimeout as wait } from "node:timers/promises";
import { type Context, Hono } from "hono";
import { PRODUCTS, productById } from "./catalog.ts";
import type { CollectorClient } from "./collector-client.ts";
import type { Conversations } from "./conversations.ts";
import { cartCookie, chatIsClosed, conversationCookie } from "./cookies.ts";
import type { Collector } from "./environment.ts";
import { aboutPage } from "./pages/about.ts";
import { CARE_GUIDE } from "./pages/care-guide.ts";
import { cartPage } from "./pages/cart.ts";
import { checkoutPage, orderedPage } from "./pages/checkout.ts";
import { homePage } from "./pages/home.ts";
import { layout } from "./pages/layout.ts";
import { missingPage } from "./pages/missing.ts";
import type { Page } from "./pages/page.ts";
import { productPage } from "./pages/product.ts";
import { stockPage } from "./pages/stock.ts";

/** The delay of the slow pages, longer than a browser takes to unload the previous page. */
const SLOW_MS = 1_500;

const MAX_PIECES = 40;

export function createPages(
  collector: Collector,
  conversations: Conversations,
  client: CollectorClient,
) {
  const pages = new Hono();

  /** Sends a page. All pages use it, so that all have the chat and presence. */
  async function send(c: Context, page: Page, status: 200 | 404 = 200) {
    const conversation = conversations.find(conversationCookie.read(c));
    const token = conversation && (await client.createToken(conversation.id, conversation.user));
    if (!c.res.headers.has("cache-control")) c.header("cache-control", "private, no-cache");
    const html = await layout({
      page,
      pieces: cartCookie.read(c).length,
      chatClosed: chatIsClosed(c),
      messages: conversation?.messages ?? [],
      presence: { collector: collector.url, key: collector.key, session: conversation?.id, token },
    });
    return c.html(html, status);
  }

  pages.get("/", (c) => send(c, homePage(PRODUCTS)));

  pages.get("/products/:id", (c) => {
    const product = productById(c.req.param("id"));
    return product ? send(c, productPage(product)) : send(c, missingPage(), 404);
  });

  pages.get("/cart", (c) => send(c, cartPage(cartCookie.read(c))));

  pages.post("/cart", async (c) => {
    const form: { add?: unknown; remove?: unknown } = await c.req.parseBody();
    const ids = cartCookie.read(c);
    const add = String(form.add ?? "");
    const remove = String(form.remove ?? "");
    if (productById(add) && ids.length < MAX_PIECES) ids.push(add);
    cartCookie.write(c, remove ? ids.filter((id) => id !== remove) : ids);
    return c.redirect("/cart", 303);
  });

  // Slow and uncacheable, as payment pages are, which makes a navigation hard to tell from leaving.
  pages.get("/checkout", async (c) => {
    await wait(SLOW_MS);
    c.header("cache-control", "no-store");
    return send(c, checkoutPage(cartCookie.read(c)));
  });

  pages.post("/checkout", (c) => {
    cartCookie.write(c, []);
    return c.redirect("/ordered", 303);
  });

  pages.get("/ordered", (c) => send(c, orderedPage()));

  pages.get("/slow", async (c) => {
    await wait(SLOW_MS);
    return send(c, stockPage(PRODUCTS));
  });

  pages.get("/about", (c) => send(c, aboutPage()));

  // A click starts a navigation that ends in a download, so the page stays.
  pages.get("/care-guide.txt", (c) =>
    c.text(CARE_GUIDE, 200, { "content-disposition": 'attachment; filename="care-guide.txt"' }),
  );

  pages.all("*", (c) => send(c, missingPage(), 404));

  return pages;
}
