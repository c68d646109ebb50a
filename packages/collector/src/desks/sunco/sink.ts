/**
 * Tells Sunshine Conversations how things stand: two entries of the conversation's metadata, which every later
 * webhook of it repeats, so that bots and other integrations see them. Whether an update keeps the other entries
 * is not documented, so the conversation is read first and its metadata written whole.
 * https://developer.zendesk.com/api-reference/conversations/#operation/UpdateConversation
 * @module
 */
import type { DeskCall, Sink, Standing, Written } from "../desk.ts";
import { at, textAt } from "../read.ts";
import { after } from "../steps.ts";

export interface SuncoOutbound {
  readonly baseUrl: string;
  readonly appId: string;
  readonly keyId: string;
  readonly secret: string;
  /** `{metadataKey}_presence` is `online` or `offline`; `{metadataKey}_reason` has the reason, or is empty. */
  readonly metadataKey: string;
}

type Metadata = Readonly<Record<string, unknown>>;

export const suncoSink: Sink<SuncoOutbound> = {
  /** A conversation has no status, priority, group or tags there. */
  tellable: () => ({}),
  call,
  test,
};

function call(now: Standing, written: Written | null, outbound: SuncoOutbound): DeskCall | null {
  if (written?.presence === now.presence && written.reason === now.reason) return null;
  const { metadataKey } = outbound;
  const path = `${pathOf(outbound)}/conversations/${encodeURIComponent(now.conversation)}`;
  const headers = headersOf(outbound);
  const ours = {
    [`${metadataKey}_presence`]: now.presence,
    [`${metadataKey}_reason`]: now.reason ?? "",
  };
  const read: DeskCall = {
    method: "GET",
    path,
    headers,
    next: (answer) =>
      after(answer, () => {
        const theirs = readMetadata(answer.body);
        // What was not understood would be replaced by nothing.
        if (!theirs) return "retry";
        if (Object.entries(ours).every(([name, value]) => theirs[name] === value)) return "done";
        return write({ ...theirs, ...ours });
      }),
  };
  const write = (metadata: Metadata): DeskCall => ({
    method: "PATCH",
    path,
    headers,
    body: { metadata },
    // It was changed since it was read.
    next: (answer) => (answer.status === 409 ? read : after(answer, () => "done")),
  });
  return read;
}

/** Reads the app, which takes the same key. */
function test(outbound: SuncoOutbound): DeskCall {
  return {
    method: "GET",
    path: pathOf(outbound),
    headers: headersOf(outbound),
    next: ({ status, body }) => {
      if (status === 404) return "misconfigured";
      return textAt(body, "app", "id") === outbound.appId ? "done" : "retry";
    },
  };
}

function pathOf({ appId }: SuncoOutbound): string {
  return `/v2/apps/${encodeURIComponent(appId)}`;
}

function headersOf({ keyId, secret }: SuncoOutbound): DeskCall["headers"] {
  return { authorization: `Basic ${btoa(`${keyId}:${secret}`)}` };
}

/** A conversation without metadata may have none, or `null`. */
function readMetadata(body: unknown): Metadata | null {
  const conversation = at(body, "conversation");
  if (at(conversation, "id") === undefined) return null;
  const metadata = at(conversation, "metadata") ?? {};
  return typeof metadata === "object" && !Array.isArray(metadata) ? (metadata as Metadata) : null;
}
