/**
 * Zendesk's ticketing API with its limits: 100 updates a minute for an account and 30 of a ticket in ten minutes, by
 * all who write. An agent is faster than every seventh update.
 */
import type { DeskRequest } from "../../exchange.ts";

export const FIELD = { id: "9", online: "visitor_online", offline: "visitor_offline" };
export const UPDATES_PER_MINUTE = 100;
export const UPDATES_OF_TICKET = 30;
const MINUTE_MS = 60_000;
const TEN_MINUTES_MS = 600_000;
const OUTDATED_ONE_OF = 7;

interface Update {
  readonly ticket: string;
  readonly at: number;
}

export class LimitedApi {
  /** Each `PUT`, also one that was refused: Zendesk counts those too. */
  readonly updates: Update[] = [];
  readonly #fields = new Map<string, string>();
  #version = 0;

  shown(ticket: string): string | undefined {
    return this.#fields.get(ticket);
  }

  readonly request: DeskRequest = async (method, url, _headers, body) => {
    const ticket = /\/api\/v2\/tickets\/(\w+)\.json$/.exec(url)?.[1] ?? "";
    const updatedAt = () => new Date(Date.UTC(2026, 0, 1) + this.#version * 1_000).toISOString();
    const answer = (status: number, json: unknown = {}) => {
      return { status, headers: {}, body: json, retryAfterMs: null };
    };
    const shown = () => {
      const value = this.#fields.get(ticket) ?? null;
      const tags = value === null ? [] : [value];
      const fields = { id: ticket, status: "open", tags, updated_at: updatedAt() };
      return { ticket: { ...fields, custom_fields: [{ id: Number(FIELD.id), value }] } };
    };
    if (method === "GET") return answer(200, shown());
    this.updates.push({ ticket, at: Date.now() });
    this.#version += 1;
    if (this.updates.length % OUTDATED_ONE_OF === 0) return answer(409);
    const update = JSON.parse(body ?? "") as { ticket: { custom_fields: { value: string }[] } };
    this.#fields.set(ticket, update.ticket.custom_fields[0]?.value ?? "");
    return answer(200, shown());
  };

  /** The most updates in any minute. */
  maxPerMinute(): number {
    return maxWithin(this.updates, MINUTE_MS);
  }

  /** The most updates of one ticket in any ten minutes. */
  maxOfTicket(): number {
    const tickets = new Set(this.updates.map(({ ticket }) => ticket));
    const updatesOf = (id: string) => this.updates.filter(({ ticket }) => ticket === id);
    return Math.max(0, ...[...tickets].map((id) => maxWithin(updatesOf(id), TEN_MINUTES_MS)));
  }
}

function maxWithin(updates: readonly Update[], windowMs: number): number {
  let first = 0;
  let max = 0;
  for (const [index, { at }] of updates.entries()) {
    while ((updates[first]?.at ?? at) <= at - windowMs) first += 1;
    max = Math.max(max, index - first + 1);
  }
  return max;
}
