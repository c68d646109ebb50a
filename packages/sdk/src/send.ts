/**
 * How a signal reaches the collector. One request shape for all of them: a string body is
 * `text/plain`, which spares the preflight, and neither cookies nor a referrer go along.
 * @module
 */

/**
 * A request that goes unanswered for so long is given up. That also closes a connection which a lost
 * network has left hanging; later requests would queue behind it for minutes.
 */
const TIMEOUT_MS = 10_000;

/** The request of `fetch` and `fetchLater`; `keepalive` lets it outlive the document. */
export const request = (body: string, signal: AbortSignal): RequestInit => ({
  method: "POST",
  body,
  keepalive: true,
  credentials: "omit",
  referrerPolicy: "no-referrer",
  signal,
});

/** The collector's answer, its problem (RFC 9457), or why there is neither. */
export interface Reply {
  nextMs: number;
  status: number;
  code?: string;
  cause?: unknown;
}

/**
 * Sends one signal and never rejects. An answer that is not JSON counts as none: a captive portal
 * or a proxy that speaks in the collector's place must not be taken for it.
 *
 * @param parting Whether the page may be gone in an instant, and the browser holds no leave of it.
 * Then the body goes by `sendBeacon` too: when they quit, some browsers lose the fetch and others the
 * beacon, and the collector drops whichever comes second. It is the last resort, for a beacon cannot
 * be told to leave cookies and referrer out. People can switch it off; then it is not there.
 */
export const send = async (
  url: string,
  body: string,
  parting: boolean | undefined,
): Promise<Reply> => {
  try {
    if (parting) navigator.sendBeacon?.(url, body);
    return await (await fetch(url, request(body, AbortSignal.timeout(TIMEOUT_MS)))).json();
  } catch (cause) {
    return { cause } as Reply;
  }
};
