/**
 * `POST /v1/signals`: what browsers report. The answer comes after the store has it.
 * @module
 */
import { SIGNAL_MAX_BYTES, SIGNALS_PATH, type SignalAnswer } from "@stillhere/sdk/wire";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cadence } from "../core/cadence.ts";
import type { Outcome } from "../engine/request.ts";
import type { Account } from "../stores/store.ts";
import type { Env, Room } from "./context.ts";
import { type DecodedSignal, decodeSignal } from "./decode-signal.ts";
import { answerProblem, Problem } from "./problem.ts";
import { verifyToken } from "./session-token.ts";

/** The channel of a session that is first heard of by its page. */
const SIGNAL_CHANNEL = "web_widget";

export function signalRoutes(room: Room): Hono<Env> {
  const routes = new Hono<Env>();
  const limit = bodyLimit({
    maxSize: SIGNAL_MAX_BYTES,
    onError: (c) =>
      answerProblem(c, new Problem("too_large", `Send at most ${SIGNAL_MAX_BYTES} bytes.`)),
  });

  // The SDK's text/plain needs no preflight; a client that sends application/json does. The key that
  // tells whose origins count is in the body, so the POST itself is what refuses.
  routes.options(SIGNALS_PATH, (c) => {
    c.header("Access-Control-Allow-Origin", c.req.header("Origin") ?? "*");
    c.header("Access-Control-Allow-Methods", "POST");
    c.header("Access-Control-Allow-Headers", "Content-Type");
    c.header("Access-Control-Max-Age", "86400");
    c.header("Vary", "Origin");
    return c.body(null, 204);
  });

  routes.post(SIGNALS_PATH, limit, async (c) => {
    requireReadableType(c);
    const signal = decodeSignal(await c.req.text());
    const account = room.accounts.byPublishableKey(signal.key);
    if (!account) {
      throw new Problem("key_invalid", "Use the publishable key (pk_…) of your account.");
    }
    allowOrigin(c, room, account);
    await bind(room, account, signal);
    const outcome = await room.engine.submit({
      key: { account: account.name, id: signal.session },
      inputs: [signal.input],
      create: { channel: SIGNAL_CHANNEL },
    });
    return c.json(answerOf(outcome, signal));
  });

  return routes;
}

function requireReadableType(c: Context): void {
  const type = (c.req.header("Content-Type") ?? "text/plain").split(";")[0]?.trim().toLowerCase();
  if (type === "text/plain" || type === "application/json") return;
  throw new Problem("unsupported_media_type", "Send JSON as text/plain or application/json.");
}

/** A browser names the origin of its page on every POST; other clients name none. */
function allowOrigin(c: Context, { engine }: Room, account: Account): void {
  const origin = c.req.header("Origin");
  if (origin === undefined) return;
  const { origins } = engine.broadcasts.latest(account.name);
  if (!origins.includes(origin)) {
    throw new Problem(
      "origin_not_allowed",
      "Add the page's origin to the setting `origins` with PATCH /v1/settings.",
    );
  }
  c.header("Access-Control-Allow-Origin", origin);
  c.header("Vary", "Origin");
}

async function bind({ engine }: Room, account: Account, signal: DecodedSignal): Promise<void> {
  if (engine.broadcasts.latest(account.name).binding === "open") return;
  await verifyToken(account, signal.session, signal.token);
}

function answerOf(outcome: Outcome, { input }: DecodedSignal): SignalAnswer {
  if (outcome.status === "not_found" || input.type === "leave") return { nextMs: 0 };
  const page = outcome.session.pages.find(({ id }) => id === input.page);
  const visibility = page?.visibility ?? (input.visible ? "visible" : "hidden");
  return { nextMs: cadence(outcome.session, visibility, outcome.settings) };
}
