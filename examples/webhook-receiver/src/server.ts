/**
 * Starts the receiver. `WEBHOOK_SECRET` is the endpoint's secret; it listens on `PORT` (8790) and
 * `HOST` (127.0.0.1).
 * @module
 */
import { serve } from "@hono/node-server";
import { createApp } from "./app.ts";
import { Sessions } from "./sessions.ts";

const secret = process.env["WEBHOOK_SECRET"];
if (!secret?.startsWith("whsec_")) {
  console.error("Set WEBHOOK_SECRET to the secret (whsec_…) that POST /v1/webhooks returned.");
  process.exit(2);
}

const app = createApp({
  secret,
  sessions: new Sessions(),
  onMessage({ data: { at, session, seq, to } }, outcome) {
    const reason = to.reason ? ` (${to.reason})` : "";
    const note = outcome === "applied" ? "" : `  ${outcome}`;
    console.log(`${at}  ${session} #${seq}  ${to.presence}, ${to.state}${reason}${note}`);
  },
});

const server = serve(
  {
    fetch: app.fetch,
    port: Number(process.env["PORT"] ?? 8790),
    hostname: process.env["HOST"] ?? "127.0.0.1",
  },
  ({ address, port }) => console.log(`webhook receiver listens at http://${address}:${port}`),
);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => server.close(() => process.exit(0)));
}
