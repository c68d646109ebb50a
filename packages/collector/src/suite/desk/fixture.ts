/**
 * What the author of a desk gives the suite: the desk, messages as it sends them, and a stand-in for its API.
 * @module
 */
import type { DeskKind } from "../../desks/desk.ts";

export interface DeskFixture {
  readonly desk: DeskKind;
  /** As an admin enters it, with credentials of 8 characters and more. `baseUrl` is not called. */
  readonly outbound: Readonly<Record<string, unknown>>;
  /** The desk's own id of the conversation that all of this is about. */
  readonly conversation: string;
  /** The desk's messages, at least one of each shape. */
  readonly bodies: readonly unknown[];
  /**
   * Messages about two to four changes of the conversation, in the order in which they happen: at `startMs`, a
   * second later, and so on. The first one may create the conversation.
   */
  changes(startMs: number): readonly unknown[];
  /** The request by which the desk sends a body at an instant. */
  send(body: unknown, secret: string, nowMs: number): Promise<SentRequest> | SentRequest;
  /** What the signature covers; a desk that sends a fixed secret signs neither. */
  readonly signs: { readonly body: boolean; readonly time: boolean };
  /** A new stand-in that has the conversation. */
  createApi(): DeskApi;
}

export interface SentRequest {
  readonly headers: Readonly<Record<string, string>>;
  /** The body's text, in which some desks send their secret. */
  readonly text: string;
  /** The last part of the path, for desks that sign nothing. */
  readonly pathSecret?: string;
}

export interface DeskApi {
  answer(request: ApiRequest): ApiAnswer | Promise<ApiAnswer>;
  /** What the desk shows of the conversation; `null`: nothing yet. */
  presence(): "online" | "offline" | null;
  /** The messages that the desk sends after it was written to, with the conversation as it is now. */
  reports(nowMs: number): readonly unknown[];
}

export interface ApiRequest {
  readonly method: string;
  /** Below `baseUrl`, with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; `null` without a body. */
  readonly body: unknown;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A test of any framework: `run` rejects where the desk fails. */
export interface DeskCase {
  readonly name: string;
  run(): Promise<void>;
}
