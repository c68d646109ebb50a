import { Webhook } from "standardwebhooks";
import { beforeEach, describe, expect, it } from "vitest";
import { createApp } from "./app.ts";
import type { Transition } from "./message.ts";
import { type Outcome, Sessions } from "./sessions.ts";

const SECRET = `whsec_${btoa("a secret of 24 bytes or more")}`;
const STATE = { state: "active", reason: null, presence: "online" };

let outcomes: Outcome[];
let app: ReturnType<typeof createApp>;
beforeEach(() => {
  outcomes = [];
  app = createApp({
    secret: SECRET,
    sessions: new Sessions(),
    onMessage: (_, each) => outcomes.push(each),
  });
});

function transition(seq: number, change: Partial<Transition> = {}): Transition {
  return {
    id: `abcdefgh:conv_1:k:${seq}`,
    session: "conv_1",
    sessionCreatedAt: "2026-11-22T10:00:00.000Z",
    seq,
    at: "2026-11-22T10:00:01.000Z",
    from: STATE,
    to: STATE,
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

async function knownSessions(): Promise<string[]> {
  const response = await app.request("/sessions");
  const { sessions } = (await response.json()) as { sessions: Transition[] };
  return sessions.map(({ session, seq }) => `${session}#${seq}`);
}

describe("a message", () => {
  it("is applied once", async () => {
    expect(await send(transition(1))).toBe(204);
    expect(await send(transition(1))).toBe(204);
    expect(outcomes).toEqual(["applied", "duplicate"]);
    expect(await knownSessions()).toEqual(["conv_1#1"]);
  });

  it("that is older than the latest one changes nothing", async () => {
    await send(transition(3));
    await send(transition(2));
    await send(transition(4));
    expect(outcomes).toEqual(["applied", "outdated", "applied"]);
    expect(await knownSessions()).toEqual(["conv_1#4"]);
  });

  it("of a session that was created again starts its sequence again", async () => {
    await send(transition(7));
    const sessionCreatedAt = "2026-11-22T11:00:00.000Z";
    await send(transition(1, { id: "abcdefgh:conv_1:l:1", sessionCreatedAt }));
    expect(await knownSessions()).toEqual(["conv_1#1"]);
    await send(transition(8));
    expect(outcomes).toEqual(["applied", "applied", "outdated"]);
  });

  it("of a restored collector is applied, also with a number that is known", async () => {
    await send(transition(7));
    const restored = (seq: number) => transition(seq, { id: `hgfedcba:conv_1:k:${seq}` });
    await send(restored(5));
    await send(restored(6));
    await send(restored(6));
    expect(outcomes).toEqual(["applied", "applied", "applied", "duplicate"]);
    expect(await knownSessions()).toEqual(["conv_1#6"]);
  });

  it("of an unknown type is acknowledged and ignored", async () => {
    expect(await send(transition(1), { type: "session.unknown" })).toBe(204);
    expect(outcomes).toEqual([]);
  });
});

describe("a message is refused", () => {
  it("if it is signed with another secret", async () => {
    const secret = `whsec_${btoa("another secret of 24 bytes")}`;
    expect(await send(transition(1), { secret })).toBe(401);
  });

  it("if its body was changed", async () => {
    expect(await send(transition(1), { forged: " " })).toBe(401);
  });

  it("if its timestamp is too old", async () => {
    const sentAt = new Date(Date.now() - 6 * 60_000);
    expect(await send(transition(1), { sentAt })).toBe(401);
    expect(outcomes).toEqual([]);
  });
});
