import { errorWords } from "./delivery-error.ts";

/** How a test of an endpoint went. */
export interface WebhookTest {
  /** Of the message. */
  id: string;
  delivered: boolean;
  /** The receiver's status; `null` if it did not answer. */
  response: number | null;
  error: string | null;
}

/** What the receiver answered, and what to check where it did not accept. */
export function testWords(name: string, { delivered, response, error }: WebhookTest): string {
  if (delivered) return `${name} answered ${response}: it accepts messages.`;
  if (response === 410)
    return `${name} answered 410: after a real message it would be switched off.`;
  if (response !== null) return `${name} answered ${response}, and accepts only with 200 to 299.`;
  return `${name} did not get the test: ${errorWords(error)}.`;
}
