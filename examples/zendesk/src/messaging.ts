/**
 * What visitors do in the widget of the stand-in, and what agents do: each becomes events of a webhook, or the body
 * of a trigger.
 * @module
 */
import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import {
  capacityChanged,
  conversationRead,
  messageAdded,
  ticketEvent,
  triggered,
} from "./events.ts";
import { AGENT, type Ticket, type Tickets, touch } from "./tickets.ts";
import { update } from "./update.ts";
import type { Webhook } from "./webhook.ts";

const BOT = { id: "zd:answerBot", name: "Answer Bot", type: "system" };

export class Messaging {
  readonly widget = new Hono();
  readonly agents = new Hono();
  readonly #tickets: Tickets;
  readonly #events: Webhook;
  /** Conversations by user, the last one last. */
  readonly #conversations = new Map<string, string[]>();

  constructor(tickets: Tickets, events: Webhook, trigger: Webhook) {
    this.#tickets = tickets;
    this.#events = events;
    this.widget.get("/conversations", (c) => c.json(this.#of(c.req.query("user") ?? "")));
    this.widget.post("/logins", async (c) => {
      const { from, into } = await c.req.json<{ from: string; into: string }>();
      if (from !== into) this.#conversations.set(into, [...this.#of(into), ...this.#of(from)]);
      return c.json({});
    });
    this.widget.post("/messages", async (c) => c.json(this.#write(await c.req.json<Written>())));

    this.agents.post("/tickets/:id/take", (c) =>
      this.#act(c.req.param("id"), { assignee_id: AGENT, status: "open" }),
    );
    this.agents.post("/tickets/:id/solve", (c) => {
      const solved = this.#act(c.req.param("id"), { assignee_id: AGENT, status: "solved" });
      this.#told(c.req.param("id"), trigger, "ended");
      return solved;
    });
    this.agents.post("/tickets/:id/session/:state{active|inactive|ended}", (c) => {
      this.#told(c.req.param("id"), trigger, c.req.param("state"));
      return c.redirect("/app");
    });
    this.agents.post("/capacity/:capacity{[0-9]}", (c) => {
      this.#events.send(capacityChanged(AGENT, Number(c.req.param("capacity"))));
      return c.redirect("/app");
    });
  }

  /** Sends what has changed of a ticket. */
  changed(ticket: Ticket, names: readonly string[]): void {
    this.#events.send(...names.map((name) => ticketEvent(ticket, name)));
  }

  #of(user: string): string[] {
    return this.#conversations.get(user) ?? [];
  }

  #write({ user, conversation: known, content, tags }: Written) {
    const conversation = known ?? randomBytes(12).toString("hex");
    if (known === null) this.#conversations.set(user, [...this.#of(user), conversation]);
    let ticket = this.#tickets.of(conversation);
    const isNew = ticket === undefined;
    ticket ??= this.#tickets.create(conversation, user);
    ticket.messages.push(content);
    const added = tags.map((tag) => tag.toLowerCase()).filter((tag) => !ticket.tags.includes(tag));
    ticket.tags = [...ticket.tags, ...added];
    touch(ticket);
    const actor = { id: user, name: "Visitor", type: "end_user" };
    this.#events.send(messageAdded(ticket, { actor, body: content }), conversationRead(ticket));
    if (isNew) {
      this.#events.send(ticketEvent(ticket, "created"));
      this.#events.send(messageAdded(ticket, { actor: BOT, body: "An agent will be with you." }));
      // At the same time others write by e-mail.
      this.#events.send(ticketEvent(this.#tickets.create(null, "5"), "created"));
    }
    if (added.length > 0) {
      this.#events.send(
        ticketEvent(ticket, "tags_changed", { tags_added: added, tags_removed: [] }),
      );
    }
    return { conversation };
  }

  #act(id: string, fields: Record<string, unknown>): Response {
    const ticket = this.#tickets.get(Number(id));
    if (ticket) this.changed(ticket, update(ticket, fields));
    return new Response(null, { status: 302, headers: { Location: "/app" } });
  }

  #told(id: string, trigger: Webhook, session: string): void {
    const ticket = this.#tickets.get(Number(id));
    if (ticket) trigger.send(triggered(ticket, session));
  }
}

interface Written {
  readonly user: string;
  readonly conversation: string | null;
  readonly content: string;
  readonly tags: readonly string[];
}
