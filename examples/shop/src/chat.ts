import { type Context, Hono } from "hono";
import type { Conversation, Conversations } from "./conversations.ts";
import { conversationCookie } from "./cookies.ts";
import type { Desk } from "./desk.ts";
import type { Outcome, Reports } from "./reports.ts";

const LONGEST_MESSAGE = 2_000;

/** Longest that an answer to the visitor waits for the collector to have the report. */
const REPORT_WAIT_MS = 1_500;

const GREETING = "Thanks! You’re in the queue — an agent will be with you soon.";

/** What the chat in the page gets to see; `session` and `token` are what presence needs. */
export interface ChatState {
  messages: { number: number; from: "visitor" | "shop"; text: string; at: string }[];
  session: string | null;
  token: string | null;
}

/** The chat's routes: read, write, end. */
export function createChat(conversations: Conversations, desk: Desk, reports: Reports) {
  const chat = new Hono();

  const current = (c: Context) => conversations.find(conversationCookie.read(c));

  async function show(conversation: Conversation | null): Promise<ChatState> {
    if (!conversation) return { messages: [], session: null, token: null };
    const { id, user, messages } = conversation;
    return {
      messages: messages.map((message) => ({ ...message, at: message.at.toISOString() })),
      session: id,
      token: await desk.token(id, user),
    };
  }

  async function write(conversation: Conversation, text: string): Promise<Outcome | "waiting"> {
    const isFirst = conversation.messages.length === 0;
    conversations.say(conversation, "visitor", text);
    // The shop's own line, not an agent: the desk hears nothing of it.
    if (isFirst) conversations.say(conversation, "shop", GREETING);
    // A visitor does not wait for a collector that is away; the report goes on without this answer.
    return Promise.race([reports.wrote(conversation, new Date()), pause(REPORT_WAIT_MS)]);
  }

  chat.use(async (c, next) => {
    await next();
    c.header("cache-control", "no-store");
  });

  chat.get("/messages", async (c) => c.json(await show(current(c))));

  chat.post("/messages", async (c) => {
    const text = await readText(c);
    if (!text) return c.json({ error: "Write something first." }, 400);
    if (text.length > LONGEST_MESSAGE) return c.json({ error: "That message is too long." }, 413);

    let conversation = current(c) ?? conversations.begin();
    if ((await write(conversation, text)) === "over") {
      // The desk ended it meanwhile, so this message is the first of another.
      conversations.forget(conversation.id);
      conversation = conversations.begin();
      await write(conversation, text);
    }
    conversationCookie.write(c, conversation.id);
    // Sent as a plain form before the script was there: back to the page, which shows the message.
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
