import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";

const CONVERSATION = "tk_conversation";
const CART = "tk_cart";
/** Written by the page's own script when the visitor closes the docked chat. */
const CHAT_CLOSED = "tk_chat_closed";

const MONTH_SECONDS = 30 * 24 * 60 * 60;
const OPTIONS = { httpOnly: true, sameSite: "Lax", path: "/", maxAge: MONTH_SECONDS } as const;

export const conversationCookie = {
  read: (c: Context) => getCookie(c, CONVERSATION),
  write: (c: Context, id: string) => setCookie(c, CONVERSATION, id, OPTIONS),
  clear: (c: Context) => deleteCookie(c, CONVERSATION, { path: "/" }),
};

/** Product ids in the order they were added, one for each piece. */
export const cartCookie = {
  read: (c: Context) => (getCookie(c, CART) ?? "").split(".").filter(Boolean),
  write: (c: Context, ids: string[]) => setCookie(c, CART, ids.join("."), OPTIONS),
};

export const chatIsClosed = (c: Context) => getCookie(c, CHAT_CLOSED) === "1";
