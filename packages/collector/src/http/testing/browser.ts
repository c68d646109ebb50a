/**
 * A browser at the console: it keeps the cookie, and sends what browsers send of their own.
 */
import type { Role } from "../../core/lists.ts";
import type { TestApp } from "./app.ts";

export const PASSWORD = "correct horse battery";

export class Browser {
  readonly #harness: TestApp;
  readonly #base: string;
  cookie: string | null = null;
  /** The attributes of the last cookie that was set. */
  attributes: readonly string[] = [];

  constructor(harness: TestApp, base = "http://localhost") {
    this.#harness = harness;
    this.#base = base;
  }

  async request(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const response = await this.#harness.app.request(`${this.#base}${path}`, {
      method,
      headers: {
        "Sec-Fetch-Site": "same-origin",
        ...(method !== "GET" && { Origin: new URL(this.#base).origin }),
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...(this.cookie !== null && { Cookie: this.cookie }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    for (const text of response.headers.getSetCookie()) this.#keep(text);
    return response;
  }

  #keep(text: string): void {
    const [pair = "", ...attributes] = text.split("; ");
    this.cookie = attributes.includes("Max-Age=0") ? null : pair;
    this.attributes = attributes;
  }

  async json<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<T> {
    return (await (await this.request(method, path, body)).json()) as T;
  }

  async status(method: string, path: string, body?: unknown): Promise<number> {
    return (await this.request(method, path, body)).status;
  }

  /** Accepts a new invitation, and is signed in then. */
  async join(email: string, role: Role): Promise<{ id: string; role: Role; email: string }> {
    const token = await invite(this.#harness, role);
    return this.json("POST", "/v1/invitations/accept", { token, email, password: PASSWORD });
  }
}

/** The token of a new invitation. */
export async function invite(
  harness: TestApp,
  role: Role,
  more: { readonly ttlSeconds?: number } = {},
): Promise<string> {
  const { url } = await harness.json<{ url: string }>("POST", "/v1/invitations", { role, ...more });
  return new URL(url).hash.replace("#invite=", "");
}
