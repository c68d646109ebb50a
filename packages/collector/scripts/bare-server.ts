/**
 * The baseline of the benchmark: a Hono handler on the same server that reads and parses the same
 * body and returns as many bytes, but checks and stores nothing.
 */
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { serveFigures } from "../../../bench/figures.ts";

const app = new Hono();
app.post("/v1/signals", async (c) => {
  const { seq } = JSON.parse(await c.req.text()) as { seq: number };
  return c.json({ nextMs: seq > 0 ? 10_000 : 0 });
});
const server = createAdaptorServer({ fetch: app.fetch });
server.listen(0, "127.0.0.1", () => {
  serveFigures((server.address() as AddressInfo).port);
});
