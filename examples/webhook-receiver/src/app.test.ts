import { Webhook } from "standardwebhooks";
import { beforeEach, describe, expect, it } from "vitest";
import { createApp } from "./app.ts";
import type { Transition } from "./message.ts";
import { Sessions, type Taken } from "./sessions.ts";

const SECRET = `whsec_${btoa("a secret of 24 bytes or more")}`;
const STANDING = { state: "active", reason: null, presence: "online" };

let taken: Taken[];
let app: ReturnType<typeof createApp>;
beforeEach(() => {
  taken = [];
  app = createApp({
    secret: SECRET,
    sessions: new Sessions(),
    onMessage: (_, each) => taken.push(each),
  });
});

function transition(seq: number, change: Partial<Transition> = {}): Transition {
  return {
    id: `conv_1:k:${seq}`,
    session: "conv_1",
    sessionCreatedAt: "2026-11-22T10:00:00.000Z",
    seq,
    at: "2026-11-22T10:00:01.000Z",
    from: STANDING,
    to: STANDING,
    cause: "signal",
    ...change,
  };
}

async function send(
  data: Transition,
  { secret = SECRET, sentAt = new Date(), type = "session.transition", forged = "" } = {},
): Promise<number> {
  const body = JSON.stringify({ type, timestamp: data.at, data });
  const response = await app.request("/", {
    method: "POST",
    body: body + forged,
    headers: {
      "webhook-id": data.id,
      "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign(data.id, sentAt, body),
    },
  });
  return response.status;
}

async function known(): Promise<string[]> {
  const response = await app.request("/sessions");
  const { sessions } = (await response.json()) as { sessions: Transition[] };
  return sessions.map(({ session, seq }) => `${session}#${seq}`);
}

describe("a message", () => {
  it("is taken once", async () => {
    expect(await send(transition(1))).toBe(204);
    expect(await send(transition(1))).toBe(204);
    expect(taken).toEqual(["taken", "repeated"]);
    expect(await known()).toEqual(["conv_1#1"]);
  });

  it("that is older than what is known changes nothing", async () => {
    await send(transition(3));
    await send(transition(2));
    await send(transition(4));
    expect(taken).toEqual(["taken", "outdated", "taken"]);
    expect(await known()).toEqual(["conv_1#4"]);
  });

  it("of a session made anew begins anew", async () => {
    await send(transition(7));
    const sessionCreatedAt = "2026-11-22T11:00:00.000Z";
    await send(transition(1, { id: "conv_1:l:1", sessionCreatedAt }));
    expect(await known()).toEqual(["conv_1#1"]);
    await send(transition(8));
    expect(taken).toEqual(["taken", "taken", "outdated"]);
  });

  it("of a type that is not known is answered with success", async () => {
    expect(await send(transition(1), { type: "session.sung" })).toBe(204);
    expect(taken).toEqual([]);
  });
});

describe("a message is refused", () => {
  it("that somebody else signed", async () => {
    const secret = `whsec_${btoa("another secret of 24 bytes")}`;
    expect(await send(transition(1), { secret })).toBe(401);
  });

  it("that was changed on its way", async () => {
    expect(await send(transition(1), { forged: " " })).toBe(401);
  });

  it("that is too old: somebody kept it", async () => {
    const sentAt = new Date(Date.now() - 6 * 60_000);
    expect(await send(transition(1), { sentAt })).toBe(401);
    expect(taken).toEqual([]);
  });
});
