/**
 * Tells Chatwoot how things stand: two custom attributes of the conversation, its labels, status and priority.
 * Attributes and labels are replaced as a whole there, so the conversation is read first.
 * https://developers.chatwoot.com/api-reference/conversations/conversation-details
 * @module
 */
import type { DeskAnswer, DeskCall, Sink, Standing, Step, Written } from "../desk.ts";
import { type Mapping, theirsOf } from "../mapping.ts";
import { at, listAt } from "../read.ts";

export interface ChatwootOutbound {
  readonly baseUrl: string;
  readonly accountId: string;
  readonly apiAccessToken: string;
  /** The key of the custom attribute that says `online` or `offline`; the reason is in `{attribute}_reason`. */
  readonly attribute: string;
  /** Whether labels that triggers add or remove are written. */
  readonly labels: boolean;
}

export const chatwootSink: Sink<ChatwootOutbound> = { call };

interface Write {
  readonly path: string;
  readonly body: unknown;
}

function call(
  now: Standing,
  written: Written | null,
  outbound: ChatwootOutbound,
  mapping: Mapping,
): DeskCall | null {
  const isTold = written?.presence === now.presence && written.reason === now.reason;
  const { status, priority, tags } = now.changed;
  const isRest = status !== undefined || priority !== undefined || (outbound.labels && tags);
  if (isTold && !isRest) return null;
  const account = encodeURIComponent(outbound.accountId);
  const conversation = encodeURIComponent(now.conversation);
  const path = `/api/v1/accounts/${account}/conversations/${conversation}`;
  const headers = { api_access_token: outbound.apiAccessToken };
  return {
    method: "GET",
    path,
    headers,
    next: (answer) =>
      after(answer, () => {
        const writes = writesOf(now, answer.body, outbound, mapping);
        return inTurn(
          writes.map((write) => ({ ...write, path: `${path}${write.path}` })),
          headers,
        );
      }),
  };
}

/** What differs at the desk from how things stand. */
function writesOf(
  now: Standing,
  theirs: unknown,
  { attribute, labels }: ChatwootOutbound,
  mapping: Mapping,
): readonly Write[] {
  const writes: Write[] = [];
  const attributes = at(theirs, "custom_attributes");
  const ours = { [attribute]: now.presence, [`${attribute}_reason`]: now.reason ?? "" };
  if (Object.entries(ours).some(([name, value]) => at(attributes, name) !== value)) {
    const custom_attributes = { ...(attributes as object | undefined), ...ours };
    writes.push({ path: "/custom_attributes", body: { custom_attributes } });
  }
  const { status, priority, tags } = now.changed;
  if (status !== undefined) {
    const value = theirsOf(mapping.status, status);
    if (value !== null && at(theirs, "status") !== value) {
      writes.push({ path: "/toggle_status", body: { status: value } });
    }
  }
  if (labels && tags) {
    const current = (listAt(theirs, "labels") ?? []).filter((label) => typeof label === "string");
    const kept = current.filter((label) => !tags.removed.includes(label));
    const wanted = [...new Set([...kept, ...tags.added])];
    const isSame =
      wanted.length === current.length && wanted.every((each) => current.includes(each));
    if (!isSame) writes.push({ path: "/labels", body: { labels: wanted } });
  }
  if (priority !== undefined) {
    const value = priority === null ? null : theirsOf(mapping.priority, priority);
    if (at(theirs, "priority") !== value) {
      writes.push({ path: "/toggle_priority", body: { priority: value } });
    }
  }
  return writes;
}

function inTurn(
  [write, ...rest]: readonly Write[],
  headers: Readonly<Record<string, string>>,
): Step {
  if (!write) return "done";
  return {
    method: "POST",
    ...write,
    headers,
    next: (answer) => after(answer, () => inTurn(rest, headers)),
  };
}

function after({ status }: DeskAnswer, next: () => Step): Step {
  if (status === 404) return "gone";
  return status >= 200 && status < 300 ? next() : "retry";
}
