/**
 * The desk that a request names.
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ConfiguredDesk, Desks } from "../desks/desks.ts";
import type { Env } from "./context.ts";
import { Problem } from "./problem.ts";

const id = z.string().regex(/^[A-Za-z\d-]{1,64}$/, "must be 1 to 64 letters, digits and -");

export const deskParams = z.object({ id: id.openapi({ param: { name: "id", in: "path" } }) });

/** @throws {Problem} `not_found`, also where the desk is another account's */
export async function deskOf(desks: Desks, c: Context<Env>): Promise<ConfiguredDesk> {
  const wanted = c.req.param("id") ?? "";
  const desk = await desks.byId(wanted);
  if (desk?.account !== c.var.account.name) throw deskNotFound(wanted);
  return desk;
}

/** @throws {Problem} `desk_not_told` */
export function requireOutbound({ id, outbound }: ConfiguredDesk) {
  if (outbound) return outbound;
  throw new Problem("desk_not_told", `Enter \`outbound\` first: PUT /v1/desks/${id}.`);
}

export function deskNotFound(wanted: string): Problem {
  return new Problem("not_found", `There is no desk ${wanted}: GET /v1/desks lists them.`);
}
