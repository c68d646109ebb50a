/**
 * `POST /v1/desks/{id}/inbound`: the webhook of a help desk, which signs in the desk's own way and has no key.
 * @module
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Verdict } from "../desks/desk.ts";
import type { ConfiguredDesk } from "../desks/desks.ts";
import { addressGroup } from "./address-group.ts";
import type { DeskContext, Env } from "./context.ts";
import { deskNotFound } from "./desk-of.ts";
import { Problem, problemResponse } from "./problem.ts";
import { RateLimit, tooManyRequests } from "./rate-limit.ts";

const MAX_BYTES = 1024 * 1024;

const REFUSED: Readonly<Record<Exclude<Verdict, "ok">, Problem>> = {
  forged: new Problem(
    "desk_signature_invalid",
    "Enter the secret that the desk signs with: PUT /v1/desks/{id}, `inbound.secrets`.",
  ),
  stale: new Problem("desk_signature_stale", "Set the clocks of desk and collector right."),
};

export function deskInboundRoutes(context: DeskContext): OpenAPIHono<Env> {
  const { engine, limits, addressOf, desks, inbox, deskActivity } = context;
  const routes = new OpenAPIHono<Env>();
  const addresses = new RateLimit(engine.clock, limits.perAddress);

  async function verify(c: Context<Env>, desk: ConfiguredDesk, raw: Uint8Array<ArrayBuffer>) {
    const pathSecret = c.req.param("secret") ?? null;
    const source = desks.kind(desk.kind)?.source;
    const now = engine.clock.now();
    return source?.verify({ headers: c.req.raw.headers, raw, pathSecret }, desk.secrets, now);
  }

  /** @throws {Problem} */
  async function accept(c: Context<Env>): Promise<void> {
    const desk = await desks.byId(c.req.param("id") ?? "");
    if (!desk) throw deskNotFound(c.req.param("id") ?? "");
    const raw = new Uint8Array(await c.req.arrayBuffer());
    const verdict = await verify(c, desk, raw);
    if (verdict !== "ok") {
      await deskActivity.refused(desk);
      throw REFUSED[verdict ?? "forged"];
    }
    const facts = desks.factsOf(desk, parse(raw), engine.clock.now());
    await inbox.accept(desk, desks.mappingOf(desk).prefix, facts);
    await deskActivity.heard(desk);
  }

  const limit = bodyLimit({
    maxSize: MAX_BYTES,
    onError: (c) =>
      problemResponse(c, new Problem("too_large", `Send at most ${MAX_BYTES} bytes.`)),
  });

  for (const path of ["/v1/desks/:id/inbound", "/v1/desks/:id/inbound/:secret"]) {
    routes.post(path, limit, async (c) => {
      // Only what is refused counts, since a desk may send any number of messages at the same time.
      const address = `desk ${addressGroup(addressOf(c))}`;
      if (addresses.isReached(address)) throw tooManyRequests("address");
      try {
        await accept(c);
      } catch (error) {
        if (error instanceof Problem) addresses.allow(address);
        throw error;
      }
      return c.json({ accepted: true }, 200);
    });
  }
  return routes;
}

/** What is no JSON has no facts. */
function parse(raw: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(raw)) as unknown;
  } catch {
    return null;
  }
}
