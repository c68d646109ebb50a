import type { Hono } from "hono";
import type { ChatState } from "../chat.ts";

/** A client of the shop that keeps cookies, as a browser does. */
export function createVisitor(shop: Hono) {
  const cookies = new Map<string, string>();

  async function request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await shop.request(`http://shop.test${path}`, { ...init, headers });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (/max-age=0/i.test(cookie)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  }

  async function chat(method: string, path: string, body?: object): Promise<ChatState> {
    const response = await request(path, {
      method,
      ...(body && { body: JSON.stringify(body) }),
      headers: { "content-type": "application/json", origin: "http://shop.test" },
    });
    return (await response.json()) as ChatState;
  }

  return {
    cookies,
    request,
    page: async (path: string) => (await request(path)).text(),
    write: (text: string) => chat("POST", "/chat/messages", { text }),
    read: () => chat("GET", "/chat/messages"),
    end: () => chat("POST", "/chat/end", {}),
  };
}
