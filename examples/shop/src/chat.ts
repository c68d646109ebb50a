import { type Context, Hono } from "hono";
import type { CollectorClient } from "./collector-client.ts";
import type { Conversation, Conversations } from "./conversations.ts";
import { conversationCookie } from "./cookies.ts";
import type { Outcome, Reports } from "./reports.ts";

const MAX_MESSAGE_LENGTH = 2_000;

/** How long a response to the visitor waits for the report to reach the collector. */
const REPORT_TIMEOUT_MS = 1_500;

const GREETING = "Thanks! You’re in the queue — an agent will be with you soon.";

/** What the chat in the page receives; presence needs `session` and `token`. */
export interface ChatState {
  messages: { number: number; from: "visitor" | "shop"; text: string; at: string }[];
  session: string | null;
  token: string | null;
}

/** The chat's routes: read, write, end. */
export function createChat(
  conversations: Conversations,
  client: CollectorClient,
  reports: Reports,
) {
  const chat = new Hono();

  const current = (c: Context) => conversations.find(conversationCookie.read(c));

  async function show(conversation: Conversation | null): Promise<ChatState> {
    if (!conversation) return { messages: [], session: null, token: null };
    const { id, user, messages } = conversation;
    return {
      messages: messages.map((message) => ({ ...message, at: message.at.toISOString() })),
      session: id,
      token: await client.createToken(id, user),
    };
  }

  async function write(conversation: Conversation, text: string): Promise<Outcome | "waiting"> {
    const isFirst = conversation.messages.length === 0;
    conversations.addMessage(conversation, "visitor", text);
    // The greeting is the shop's own and not an agent's message, so it is not reported.
    if (isFirst) conversations.addMessage(conversation, "shop", GREETING);
    // A visitor does not wait for an unreachable collector; the report continues in the background.
    return Promise.race([reports.wrote(conversation, new Date()), pause(REPORT_TIMEOUT_MS)]);
  }

  chat.use(async (c, next) => {
    await next();
    c.header("cache-control", "no-store");
  });

  chat.get("/messages", async (c) => c.json(await show(current(c))));

  chat.post("/messages", async (c) => {
    const text = await readText(c);
    if (!text) return c.json({ error: "Write something first." }, 400);
    if (text.length > MAX_MESSAGE_LENGTH)
      return c.json({ error: "That message is too long." }, 413);

    let conversation = current(c) ?? conversations.begin();
    if ((await write(conversation, text)) === "ended") {
      // The helpdesk has ended the conversation, so this message starts another one.
      conversations.forget(conversation.id);
      conversation = conversations.begin();
      await write(conversation, text);
    }
    conversationCookie.write(c, conversation.id);
    // A plain form, sent before the script had loaded, returns to the page, which shows the
    // message.
    if (!isJson(c)) return c.redirect(c.req.header("referer") ?? "/", 303);
    return c.json(await show(conversation), 201);
  });

  chat.post("/end", async (c) => {
    const conversation = current(c);
    if (conversation) {
      reports.ended(conversation, new Date());
      conversations.forget(conversation.id);
      conversationCookie.clear(c);
    }
    return c.json(await show(null));
  });

  return chat;
}

async function readText(c: Context): Promise<string | null> {
  const body: unknown = await (isJson(c) ? c.req.json() : c.req.parseBody()).catch(() => null);
  const text = (body as { text?: unknown } | null)?.text;
  return typeof text === "string" ? text.trim() : null;
}

const isJson = (c: Context) =>
  c.req.header("content-type")?.startsWith("application/json") === true;

const pause = (ms: number) =>
  new Promise<"waiting">((done) => setTimeout(() => done("waiting"), ms).unref());
