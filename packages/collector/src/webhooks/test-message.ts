/**
 * A message that tests an endpoint, so that its owner sees the answer before anything depends on it. It is
 * signed as all are; its type, and its id, say that it is a test.
 * @module
 */
import { randomText } from "../engine/keys.ts";
import type { Endpoint } from "../stores/outbox.ts";
import type { Post } from "./post.ts";
import type { Attempt } from "./send.ts";
import { attempt, signMessage } from "./sender.ts";

const TEST_TYPE = "webhook.test";

export interface TestResult extends Attempt {
  /** The message's `webhook-id`. */
  readonly id: string;
}

/** Sends a test once. It leaves no trace in the endpoint: a 410 does not disable it, a pause is not kept. */
export async function sendTest(post: Post, endpoint: Endpoint, at: number): Promise<TestResult> {
  const id = `test_${randomText(12)}`;
  const timestamp = new Date(at).toISOString();
  const data = { webhook: endpoint.id, name: endpoint.name };
  const create = () => signMessage(endpoint, { id, type: TEST_TYPE, timestamp, data }, at);
  return { id, ...(await attempt(post, endpoint.url, create, new AbortController().signal)) };
}
