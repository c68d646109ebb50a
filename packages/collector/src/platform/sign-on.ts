/**
 * Signs people in by a header that a proxy writes, which has authenticated them.
 * @module
 */
import type { Context } from "hono";
import type { SignOn } from "../http/context.ts";

export interface SignOnHeader {
  /** The header, which contains the person's e-mail address. */
  readonly header: string;
  /** The role of people who are not known; missing: they are refused. */
  readonly role?: "viewer" | undefined;
}

/** @param isFromProxy whether the peer is a proxy that is believed; the header of any other is dropped */
export function signOnBy(
  { header, role = undefined }: SignOnHeader,
  isFromProxy: (c: Context) => boolean,
): SignOn {
  return {
    role: role ?? null,
    userOf(c) {
      const user = isFromProxy(c) ? (c.req.header(header)?.trim() ?? "") : "";
      // With a comma it was sent twice: the proxy has added its own to that of the client.
      return user === "" || user.includes(",") ? null : user;
    },
  };
}
