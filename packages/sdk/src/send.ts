/**
 * How a signal reaches the collector. One request shape for all of them: a string body is
 * `text/plain`, which spares the preflight, and neither cookies nor a referrer go along.
 * @module
 */

/** The request of `fetch` and `fetchLater`; `keepalive` lets it outlive the document. */
export const request = (body: string, signal?: AbortSignal): RequestInit => ({
  method: "POST",
  body,
  keepalive: true,
  credentials: "omit",
  referrerPolicy: "no-referrer",
  mode: "cors",
  signal: signal ?? null,
});

/** What came back: the HTTP status, and the JSON of an answer or of a problem. */
export interface Reply {
  status: number;
  answer: { nextMs?: number; code?: string };
}

/**
 * Sends one signal and reads the answer. Rejects when there is none, or none that is JSON: a captive
 * portal or a proxy that answers in the collector's place must not be taken for it.
 *
 * @param timeoutMs After this long without an answer the request is given up, which also closes a
 * connection that a lost network has left hanging: new requests would queue behind it for minutes.
 */
export const send = async (url: string, body: string, timeoutMs: number): Promise<Reply> => {
  const response = await fetch(url, request(body, AbortSignal.timeout(timeoutMs)));
  return { status: response.status, answer: await response.json() };
};

/**
 * Sends the same signal a second way. Some browsers lose a keepalive fetch when they quit, others
 * the beacon; the collector drops whichever comes second.
 */
export const beacon = (url: string, body: string): void => {
  navigator.sendBeacon(url, body);
};
