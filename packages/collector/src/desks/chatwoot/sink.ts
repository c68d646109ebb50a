/**
 * Tells Chatwoot how things stand: two custom attributes of the conversation, its labels, status and priority.
 * Attributes and labels are replaced as a whole there, so the conversation is read first.
 * https://developers.chatwoot.com/api-reference/conversations/conversation-details
 * @module
 */
import type { Changed, DeskCall, Sink, Standing, Step, Written } from "../desk.ts";
import type { Fact } from "../fact.ts";
import { agentAtDesk, type Mapping, theirsOf } from "../mapping.ts";
import { at, idAt, listAt } from "../read.ts";
import { after } from "../steps.ts";
import { decodeRead } from "./source.ts";

export interface ChatwootOutbound {
  readonly baseUrl: string;
  readonly accountId: string;
  readonly apiAccessToken: string;
  /** The key of the custom attribute that says `online` or `offline`; the reason is in `{attribute}_reason`. */
  readonly attribute: string;
  /** Whether labels that triggers add or remove are written. */
  readonly labels: boolean;
}

export const chatwootSink: Sink<ChatwootOutbound> = {
  tellable,
  call,
  readBack,
  assign,
  addressOf,
  test,
};

interface Write {
  readonly path: string;
  readonly body: unknown;
}

function tellable(
  { status, priority, tags }: Changed,
  { labels }: ChatwootOutbound,
  mapping: Mapping,
): Changed {
  const hasWord = (table: Mapping["status"], ours: string | null | undefined) =>
    ours !== undefined && (ours === null || theirsOf(table, ours) !== null);
  return {
    ...(status !== undefined && hasWord(mapping.status, status) && { status }),
    ...(priority !== undefined && hasWord(mapping.priority, priority) && { priority }),
    ...(labels && tags && { tags }),
  };
}

function call(
  now: Standing,
  written: Written | null,
  outbound: ChatwootOutbound,
  mapping: Mapping,
): DeskCall | null {
  const isTold = written?.presence === now.presence && written.reason === now.reason;
  if (isTold && Object.keys(now.changed).length === 0) return null;
  const path = `${pathOf(outbound)}/conversations/${encodeURIComponent(now.conversation)}`;
  const headers = headersOf(outbound);
  return {
    method: "GET",
    path,
    headers,
    next: (answer) =>
      after(answer, () => {
        const theirs = readConversation(answer.body);
        // What was not understood would be replaced by nothing.
        if (!theirs) return "retry";
        const writes = writesOf(now, theirs, outbound, mapping);
        return inTurn(
          writes.map((write) => ({ ...write, path: `${path}${write.path}` })),
          headers,
        );
      }),
  };
}

/** Chatwoot sends each message once: what got lost shows when the conversation is read. */
function readBack(body: unknown, mapping: Mapping, readAt: number): readonly Fact[] {
  return readConversation(body) ? decodeRead(body, mapping, readAt) : [];
}

/** Reads the custom attributes of conversations, where the one that is written must be. */
function test(outbound: ChatwootOutbound): DeskCall {
  return {
    method: "GET",
    path: `${pathOf(outbound)}/custom_attribute_definitions?attribute_model=0`,
    headers: headersOf(outbound),
    next: (answer) =>
      after(answer, () => {
        const definitions = listAt({ list: answer.body }, "list") ?? [];
        const isThere = definitions.some(
          (each) => at(each, "attribute_key") === outbound.attribute,
        );
        return isThere ? "done" : "misconfigured";
      }),
  };
}

/**
 * Chatwoot takes an id that it does not know for none, and would take the conversation from its agent: so its agents
 * are read first. https://developers.chatwoot.com/api-reference/conversation-assignments/assign-conversation
 */
function assign(
  conversation: string,
  agent: string | null,
  outbound: ChatwootOutbound,
  mapping: Mapping,
): DeskCall | null {
  const headers = headersOf(outbound);
  const send = (assignee_id: number | null): DeskCall => ({
    method: "POST",
    path: `${pathOf(outbound)}/conversations/${encodeURIComponent(conversation)}/assignments`,
    headers,
    body: { assignee_id },
    next: (answer) => after(answer, () => "done"),
  });
  if (agent === null) return send(null);
  const theirs = agentAtDesk(mapping, agent);
  if (theirs === null || !/^\d{1,15}$/.test(theirs)) return null;
  return {
    method: "GET",
    path: `${pathOf(outbound)}/agents`,
    headers,
    next: (answer) =>
      after(answer, () => {
        const agents = listAt({ list: answer.body }, "list");
        if (!agents) return "retry";
        return agents.some((each) => idAt(each, "id") === theirs) ? send(Number(theirs)) : "gone";
      }),
  };
}

function addressOf(
  { conversation }: Pick<Standing, "conversation">,
  { baseUrl, accountId }: ChatwootOutbound,
): string {
  const [account, id] = [accountId, conversation].map(encodeURIComponent);
  return `${baseUrl.replace(/\/+$/, "")}/app/accounts/${account}/conversations/${id}`;
}

function pathOf({ accountId }: ChatwootOutbound): string {
  return `/api/v1/accounts/${encodeURIComponent(accountId)}`;
}

function headersOf({ apiAccessToken }: ChatwootOutbound): DeskCall["headers"] {
  return { api_access_token: apiAccessToken };
}

interface Theirs {
  readonly status: unknown;
  readonly priority: unknown;
  readonly attributes: object;
  readonly labels: readonly string[];
}

function readConversation(body: unknown): Theirs | null {
  const attributes = at(body, "custom_attributes");
  const labels = listAt(body, "labels");
  const isObject =
    typeof attributes === "object" && attributes !== null && !Array.isArray(attributes);
  if (!isObject || !labels?.every((label) => typeof label === "string")) return null;
  const [status, priority] = [at(body, "status"), at(body, "priority")];
  return { status, priority, attributes, labels: labels as readonly string[] };
}

/** What differs at the desk from how things stand. The attributes come last: their webhook tells all of it. */
function writesOf(
  now: Standing,
  theirs: Theirs,
  { attribute }: ChatwootOutbound,
  mapping: Mapping,
): readonly Write[] {
  const writes: Write[] = [];
  const { status, priority, tags } = now.changed;
  const theirStatus = status && theirsOf(mapping.status, status);
  if (theirStatus && theirs.status !== theirStatus) {
    writes.push({ path: "/toggle_status", body: { status: theirStatus } });
  }
  if (tags) {
    const kept = theirs.labels.filter((label) => !tags.removed.includes(label));
    const labels = [...new Set([...kept, ...tags.added])];
    const isSame =
      labels.length === theirs.labels.length &&
      labels.every((each) => theirs.labels.includes(each));
    if (!isSame) writes.push({ path: "/labels", body: { labels } });
  }
  const theirPriority = priority && theirsOf(mapping.priority, priority);
  if (theirPriority !== undefined && (theirs.priority ?? null) !== theirPriority) {
    writes.push({ path: "/toggle_priority", body: { priority: theirPriority } });
  }
  const ours = { [attribute]: now.presence, [`${attribute}_reason`]: now.reason ?? "" };
  if (Object.entries(ours).some(([name, value]) => at(theirs.attributes, name) !== value)) {
    const custom_attributes = { ...theirs.attributes, ...ours };
    writes.push({ path: "/custom_attributes", body: { custom_attributes } });
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
