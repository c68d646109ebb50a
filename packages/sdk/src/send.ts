/**
 * How a signal reaches the collector. One request shape for all of them: a string body is
 * `text/plain`, which spares the preflight, and neither cookies nor a referrer go along.
 * @module
 */

/** The request of `fetch` and `fetchLater`; `keepalive` lets it outlive the document. */
export const request = (body: string, signal: AbortSignal): RequestInit => ({
  method: "POST",
  body,
  keepalive: true,
  credentials: "omit",
  referrerPolicy: "no-referrer",
  mode: "cors",
  signal,
});

/** The JSON of an answer, or of a problem (RFC 9457). */
export interface Reply {
  nextMs?: number;
  code?: string;
}

/**
 * Sends one signal; resolves to the HTTP status and what came with it. Rejects when there is no
 * answer, or none that is JSON: a captive portal or a proxy that speaks in the collector's place
 * must not be taken for it.
 *
 * @param timeoutMs After this long without an answer the request is given up. That also closes a
 * connection which a lost network has left hanging; later requests would queue behind it.
 * @param parting Whether the page may be gone in an instant. Then the same body goes by
 * `sendBeacon` too: when they quit, some browsers lose the fetch and others the beacon, and the
 * collector drops whichever comes second.
 */
export const send = async (
  url: string,
  body: string,
  timeoutMs: number,
  parting?: boolean,
): Promise<[status: number, reply: Reply]> => {
  // Missing where people switched it off.
  if (parting) navigator.sendBeacon?.(url, body);
  const response = await fetch(url, request(body, AbortSignal.timeout(timeoutMs)));
  return [response.status, await response.json()];
};
