/**
 * The part of the stand-in's API that the collector calls, and clients of Zendesk do. It checks what it is sent, and
 * refuses as Zendesk does: with 409 where someone else changed the ticket, and sometimes with 429, long before any limit.
 * https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/
 * @module
 */
import { type Context, Hono } from "hono";
import { type Behaviour, readBehaviour } from "./behaviour.ts";
import { FIELD, show, type Ticket, type Tickets, touch } from "./tickets.ts";
import { isOutdated, isTags, update, wrongField } from "./update.ts";

export interface ApiOptions {
  readonly email: string;
  readonly apiToken: string;
  readonly behaviour?: Behaviour;
}

/** What was changed of a ticket, by the names of its events. */
export type Changed = (ticket: Ticket, events: readonly string[]) => void;

type Fields = Readonly<Record<string, unknown>>;

/** One request of so many is refused, and one update of so many finds the ticket changed. */
const LIMITS_ONE_OF = 10;
const OUTDATES_ONE_OF = 4;
/** Updates of all tickets in a minute, and of one in ten. */
const MINUTE = { ms: 60_000, updates: 100 };
const TEN_MINUTES = { ms: 600_000, updates: 30 };

export class Api {
  readonly routes = new Hono();
  /** Requests that are wrong, which Zendesk would refuse too. */
  readonly refused: string[] = [];
  /** Answers so far with 429 before a limit, with 429 above one, and with 409. */
  readonly counts = { early: 0, limited: 0, outdated: 0 };
  /** The value of the field after each update that was accepted. */
  readonly updates: { readonly ticket: number; readonly at: number; readonly fields: Fields }[] =
    [];
  readonly #tickets: Tickets;
  readonly #changed: Changed;
  readonly #behaviour: Behaviour;
  #requests = 0;
  #safeUpdates = 0;

  constructor(tickets: Tickets, changed: Changed, options: ApiOptions) {
    const { email, apiToken, behaviour = readBehaviour([]) } = options;
    this.#tickets = tickets;
    this.#changed = changed;
    this.#behaviour = behaviour;
    const authorization = `Basic ${btoa(`${email}/token:${apiToken}`)}`;
    const { routes } = this;
    routes.use(async (c, next) => {
      await next();
      const { status } = c.res;
      const isRight = status < 400 || [404, 409, 429].includes(status);
      if (!isRight)
        this.refused.push(`${c.req.method} ${c.req.path}: ${await c.res.clone().text()}`);
    });
    // A token that is not accepted is answered as somebody unknown.
    routes.get("/users/:me{me(?:\\.json)?}", (c) => {
      const isKnown = c.req.header("Authorization") === authorization;
      return c.json({ user: { id: isKnown ? 1 : null, role: isKnown ? "admin" : "end-user" } });
    });
    routes.use(async (c, next) => {
      this.#requests += 1;
      if (c.req.header("Authorization") !== authorization) {
        return c.json({ error: "Couldn't authenticate you" }, 401);
      }
      if (behaviour.throttles || (behaviour.limits && this.#requests % LIMITS_ONE_OF === 0)) {
        this.counts.early += 1;
        return tooMany(c, 1);
      }
      return next();
    });
    routes.get("/ticket_fields/:id{[0-9]+(?:\\.json)?}", (c) => {
      if (idIn(c) !== FIELD.id) return c.json(NOT_FOUND, 404);
      const options = FIELD.options.map((value, index) => ({ id: index + 1, name: value, value }));
      return c.json({
        ticket_field: { id: FIELD.id, type: "tagger", custom_field_options: options },
      });
    });
    routes.get("/tickets/:id{[0-9]+(?:\\.json)?}", (c) => {
      const ticket = tickets.get(idIn(c));
      return ticket ? c.json({ ticket: show(ticket) }) : c.json(NOT_FOUND, 404);
    });
    routes.put("/tickets/:id{[0-9]+(?:\\.json)?}", (c) =>
      this.#write(c, (body) => ((body as Fields | null)?.["ticket"] ?? null) as Fields | null),
    );
    routes.get("/tickets/:id{[0-9]+}/:tags{tags(?:\\.json)?}", (c) => {
      const ticket = tickets.get(idIn(c));
      return ticket ? c.json({ tags: ticket.tags }) : c.json(NOT_FOUND, 404);
    });
    routes.put("/tickets/:id{[0-9]+}/:tags{tags(?:\\.json)?}", (c) =>
      this.#write(
        c,
        tagsIn((tags, given) => [...new Set([...tags, ...given])]),
      ),
    );
    routes.post("/tickets/:id{[0-9]+}/:tags{tags(?:\\.json)?}", (c) =>
      this.#write(
        c,
        tagsIn((_, given) => given),
      ),
    );
    routes.delete("/tickets/:id{[0-9]+}/:tags{tags(?:\\.json)?}", (c) =>
      this.#write(
        c,
        tagsIn((tags, given) => tags.filter((tag) => !given.includes(tag))),
      ),
    );
    routes.all("*", (c) => c.json({ error: "InvalidEndpoint" }, 400));
  }

  /** @param fieldsIn what is to be changed, as an update of the ticket has it; `null`: the body is wrong */
  async #write(c: Context, fieldsIn: (body: unknown, ticket: Ticket) => Fields | null) {
    const ticket = this.#tickets.get(idIn(c));
    if (!ticket) return c.json(NOT_FOUND, 404);
    const isJson = c.req.header("Content-Type")?.startsWith("application/json");
    const body: unknown = isJson ? await c.req.json().catch(() => null) : null;
    const fields = fieldsIn(body, ticket);
    const wrong = fields ? wrongField(fields) : "body";
    if (!fields || wrong !== null) {
      return c.json({ error: "RecordInvalid", description: `${wrong} is invalid` }, 422);
    }
    const waitS = this.#waitS(ticket);
    if (waitS > 0) {
      this.counts.limited += 1;
      return tooMany(c, waitS);
    }
    this.#safeUpdates += "updated_stamp" in fields ? 1 : 0;
    // An agent was faster.
    const isOvertaken =
      this.#behaviour.conflicts &&
      "updated_stamp" in fields &&
      this.#safeUpdates % OUTDATES_ONE_OF === 0;
    if (isOvertaken) touch(ticket);
    if (isOutdated(ticket, fields)) {
      this.counts.outdated += 1;
      return c.json({ error: "UpdateConflict", description: "Safe Update prevented it" }, 409);
    }
    const events = update(ticket, fields);
    this.updates.push({ ticket: ticket.id, at: Date.now(), fields });
    this.#changed(ticket, events);
    if (!c.req.path.includes("/tags")) return c.json({ ticket: show(ticket), audit: {} });
    return c.json({ tags: ticket.tags }, c.req.method === "POST" ? 201 : 200);
  }

  #waitS({ id }: Ticket): number {
    const now = Date.now();
    const wait = ({ ms, updates }: typeof MINUTE, all: readonly { readonly at: number }[]) => {
      const first = all.filter(({ at }) => at > now - ms).at(-updates);
      return first ? Math.ceil((first.at + ms - now) / 1_000) : 0;
    };
    const ofTicket = this.updates.filter(({ ticket }) => ticket === id);
    return Math.max(wait(MINUTE, this.updates), wait(TEN_MINUTES, ofTicket));
  }
}

const NOT_FOUND = { error: "RecordNotFound", description: "Not found" };

function tooMany(c: Context, afterS: number) {
  return c.json({ error: "TooManyRequests" }, 429, { "Retry-After": String(afterS) });
}

function idIn(c: Context): number {
  return Number.parseInt(c.req.param("id") ?? "", 10);
}

/** What a change of tags is as an update of the ticket; `safe_update` is a text here. */
function tagsIn(change: (tags: readonly string[], given: readonly string[]) => readonly string[]) {
  return (body: unknown, ticket: Ticket): Fields | null => {
    const { tags, safe_update, updated_stamp, ...others } = (body ?? {}) as Fields;
    if (!isTags(tags) || Object.keys(others).length > 0) return null;
    const isSafe = String(safe_update) === "true";
    return { tags: change(ticket.tags, tags), ...(isSafe && { safe_update: true, updated_stamp }) };
  };
}
