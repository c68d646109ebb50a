/**
 * How a signal reaches the collector. All use one request shape: a string body is `text/plain`,
 * which needs no preflight, and neither cookies nor a referrer go along.
 * @module
 */

/**
 * A request that is not answered within this time is aborted. That also closes a connection which a
 * lost network has left hanging; later requests would queue behind it for minutes.
 */
const TIMEOUT_MS = 10_000;

/** What the requests of `fetch` and `fetchLater` have in common. */
export const REQUEST: RequestInit = {
  method: "POST",
  credentials: "omit",
  referrerPolicy: "no-referrer",
};

/** The collector's answer, its problem (RFC 9457), or why there is neither. */
export interface Reply {
  nextMs?: number;
  code?: string;
  cause?: unknown;
}

/**
 * Sends one signal and never rejects. A response that is not a JSON object counts as none: a captive
 * portal or a proxy that responds in the collector's place must not be taken for it.
 *
 * @param isParting Whether the page may be gone in an instant. One that is refused with `keepalive`
 * goes again without it: another script may have used up the share.
 * @param deferred The leave that the browser holds. Without one, a parting body goes by `sendBeacon`
 * too: when they quit, some browsers lose the fetch and others the beacon, and the collector drops
 * the second. It is the last resort, because a beacon cannot leave cookies and referrer out. People
 * can switch it off; then it is not there.
 */
export const post = async (
  url: string,
  body: string,
  isParting: unknown = false,
  deferred?: object,
): Promise<Reply> => {
  try {
    if (isParting && !deferred) navigator.sendBeacon?.(url, body);
    return {
      ...(await (
        await fetch(url, {
          ...REQUEST,
          body,
          keepalive: !!isParting,
          signal: AbortSignal.timeout(TIMEOUT_MS),
        })
      ).json()),
    };
  } catch (cause) {
    return isParting ? post(url, body) : { cause };
  }
};
