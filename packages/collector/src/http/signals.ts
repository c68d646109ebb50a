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
import { bind } from "./bind.ts";
import type { Env, Room } from "./context.ts";
import { type DecodedSignal, decodeSignal, parseSignal } from "./decode-signal.ts";
import { isListed } from "./origins.ts";
import { answerProblem, Problem } from "./problem.ts";
import { TokenCheck } from "./session-token.ts";
import { SignalGate } from "./signal-gate.ts";

/** The channel of a session that is first heard of by its page. */
const SIGNAL_CHANNEL = "web_widget";

export function signalRoutes(room: Room): Hono<Env> {
  const routes = new Hono<Env>();
  const gate = new SignalGate(room);
  const tokens = new TokenCheck(room.accounts, room.engine.clock);
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
    const address = room.addressOf(c);
    try {
      const answer = await take(c, room, { gate, tokens }, address);
      room.meter.signal(answer.type, "taken");
      return c.json(answer.body);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const problem = gate.refusal(error, address);
      room.meter.signal("refused", problem.code);
      throw problem;
    }
  });

  return routes;
}

async function take(
  c: Context<Env>,
  room: Room,
  { gate, tokens }: { readonly gate: SignalGate; readonly tokens: TokenCheck },
  address: string,
) {
  requireReadableType(c);
  const body = parseSignal(await c.req.text());
  const account = room.accounts.byPublishableKey(String(body["key"]));
  if (!account) {
    throw new Problem("key_invalid", "Use the publishable key (pk_…) of your account.");
  }
  // From here on a listed page can read why it is refused.
  allowOrigin(c, room, account);
  const signal = decodeSignal(body);
  const bound = await bind(room, tokens, account, signal);
  const key = { account: account.name, id: signal.session };
  gate.pass(key);
  const request = { key, inputs: [signal.input], ...bound };
  let outcome = await room.engine.submit(request);
  if (outcome.status === "not_found") {
    await gate.create(account.name, address);
    outcome = await room.engine.submit({ ...request, create: { channel: SIGNAL_CHANNEL } });
  }
  if (outcome.status === "unbound") {
    throw new Problem(
      "binding_unknown",
      "Report the user's message with this secret as `binding` first; the page tries again.",
      [],
      1_000,
    );
  }
  const { input } = signal;
  return {
    type: input.type === "signal" ? input.signal : input.type,
    body: answerOf(outcome, signal),
  };
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
  if (!isListed(origin, engine.broadcasts.latest(account.name).origins)) {
    throw new Problem(
      "origin_not_allowed",
      "Add the page's origin to the setting `origins` with PATCH /v1/settings.",
    );
  }
  c.header("Access-Control-Allow-Origin", origin);
  c.header("Access-Control-Expose-Headers", "Retry-After");
  c.header("Vary", "Origin");
}

function answerOf(outcome: Outcome, { input }: DecodedSignal): SignalAnswer {
  if (!("session" in outcome) || input.type === "leave") return { nextMs: 0 };
  // Whoever grants the lease says when to come again: in the mode `shadow` that is the shadow.
  const session = outcome.shadow ?? outcome.session;
  const page = session.pages.find(({ id }) => id === input.page);
  const visibility = page?.visibility ?? (input.visible ? "visible" : "hidden");
  return { nextMs: cadence(session, visibility, outcome.settings) };
}
