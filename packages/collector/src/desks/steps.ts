/**
 * What an answer means to every sink, besides what it means to all desks.
 * @module
 */
import type { DeskAnswer, Step } from "./desk.ts";

/** What comes after a request that was accepted; without the conversation it ends, and else is made again. */
export function after({ status }: DeskAnswer, next: () => Step): Step {
  if (status === 404) return "gone";
  return status >= 200 && status < 300 ? next() : "retry";
}
