/**
 * An exchange with a desk: a request, and those that follow from the answers.
 * @module
 */
import { PostError } from "../webhooks/post.ts";
import type { Attempt } from "../webhooks/send.ts";
import type { DeskAnswer, DeskCall, Step } from "./desk.ts";

/** All calls of an exchange stay within the time that a delivery has. */
const RESPONSE_TIMEOUT_MS = 3_500;
const MAX_CALLS = 5;

export interface HttpAnswer extends DeskAnswer {
  readonly retryAfterMs: number | null;
}

/** One request to a desk. @throws {PostError} */
export type DeskRequest = (
  method: DeskCall["method"],
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string | null,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
) => Promise<HttpAnswer>;

/** How an exchange ended: as a delivery lists it, and `gone`, which is the end of it for a delivery too. */
export interface ExchangeResult extends Attempt {
  readonly outcome: "delivered" | "failed";
  readonly isGone: boolean;
}

export interface Observer {
  sending(method: DeskCall["method"]): void;
  answered(answer: DeskAnswer, method: DeskCall["method"]): void;
}

const UNOBSERVED: Observer = { sending() {}, answered() {} };

/** An answer that says that nothing will be accepted has the error `misconfigured`. */
export async function exchange(
  request: DeskRequest,
  baseUrl: string,
  first: DeskCall,
  signal: AbortSignal,
  observer: Observer = UNOBSERVED,
): Promise<ExchangeResult> {
  const base = baseUrl.replace(/\/+$/, "");
  let step: Step = first;
  let response: number | null = null;
  for (let count = 0; typeof step === "object"; count += 1) {
    if (count === MAX_CALLS) return failed("unfinished", response, null);
    const { method, path, headers, body, next }: DeskCall = step;
    const text = body === undefined ? null : JSON.stringify(body);
    const sent = { ...headers, "user-agent": "stillhere", accept: "application/json" };
    const typed = text === null ? sent : { ...sent, "content-type": "application/json" };
    observer.sending(method);
    let answer: HttpAnswer;
    try {
      const limits = { timeoutMs: RESPONSE_TIMEOUT_MS, signal };
      answer = await request(method, `${base}${path}`, typed, text, limits);
    } catch (error) {
      return failed(error instanceof PostError ? error.code : "failed", null, null);
    }
    response = answer.status;
    observer.answered(answer, method);
    step = commonMeaning(answer) ?? safely(() => next(answer));
    if (step === "retry") return failed(null, response, answer.retryAfterMs);
  }
  if (step === "misconfigured") return failed(step, response, null);
  const isGone = step === "gone";
  return { outcome: "delivered", response, error: null, retryAfterMs: null, isGone };
}

/** What an answer means whatever was asked; `null`: the desk's own file knows. */
function commonMeaning({ status }: HttpAnswer): Step | null {
  if (status === 401 || status === 403) return "misconfigured";
  if (status === 429 || status >= 500 || status < 200) return "retry";
  return null;
}

/** A desk may answer anything; what its file cannot read is asked again later. */
function safely(next: () => Step): Step {
  try {
    return next();
  } catch {
    return "retry";
  }
}

function failed(
  error: string | null,
  response: number | null,
  retryAfterMs: number | null,
): ExchangeResult {
  return { outcome: "failed", response, error, retryAfterMs, isGone: false };
}
