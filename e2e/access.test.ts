/**
 * Keys that are rotated and revoked, conversations that carry their pages' secrets, floods, and what
 * is erased.
 */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestCollector } from "./support/collector.ts";
import { start } from "./support/process.ts";
import { until } from "./support/wait.ts";

let collector: TestCollector;

beforeAll(async () => {
  collector = await TestCollector.start();
  await collector.ask("PATCH", "/v1/settings", { termsAccepted: true, presence: { mode: "on" } });
});
afterAll(() => collector.stop());

const page = { v: 1, page: "p", gen: 0, seq: 1, type: "open", visible: true };

function signal(change: object): Promise<Response> {
  const body = { ...page, key: collector.keys.publishable, ...change };
  return fetch(`${collector.url}/v1/signals`, { method: "POST", body: JSON.stringify(body) });
}

async function codeOf(response: Response): Promise<string | undefined> {
  return ((await response.json()) as { code?: string }).code;
}

describe("binding `capability`", () => {
  const secret = "0123456789abcdefghijklmn";

  beforeAll(() => collector.ask("PATCH", "/v1/settings", { binding: "capability" }));
  afterAll(() => collector.ask("PATCH", "/v1/settings", { binding: null }));

  it("lets a page speak once the conversation has carried its secret, and no other page", async () => {
    await collector.ask("PUT", "/v1/sessions/cap_1", { user: "u" });
    const early = await signal({ session: "cap_1", token: secret });
    expect(early.status).toBe(409);
    expect(early.headers.get("Retry-After")).toBe("1");
    expect(await codeOf(early)).toBe("binding_unknown");
    const message = { type: "end_user_message", binding: secret };
    await collector.ask("POST", "/v1/sessions/cap_1/events", message);
    expect((await signal({ session: "cap_1", token: secret })).status).toBe(200);
    const other = await signal({ session: "cap_1", token: `${secret}x` });
    expect(await codeOf(other)).toBe("binding_unknown");
    expect(JSON.stringify(await collector.ask("GET", "/v1/sessions/cap_1"))).not.toContain(secret);
  });

  it("refuses a secret that could be guessed, and none", async () => {
    expect(await codeOf(await signal({ session: "cap_1", token: "short" }))).toBe("token_invalid");
    expect(await codeOf(await signal({ session: "cap_1" }))).toBe("token_missing");
  });

  it("creates no session for a secret that nobody carried", async () => {
    expect((await signal({ session: "cap_2", token: secret })).status).toBe(409);
    expect((await collector.api("GET", "/v1/sessions/cap_2")).status).toBe(404);
  });
});

describe("binding `open`", () => {
  it("wants the key and the session's name alone", async () => {
    await collector.ask("PATCH", "/v1/settings", { binding: "open" });
    expect((await signal({ session: "open_1" })).status).toBe(200);
    await collector.ask("PATCH", "/v1/settings", { binding: null });
    expect(await codeOf(await signal({ session: "open_1" }))).toBe("token_missing");
  });
});

describe("origins", () => {
  it.each([
    ["https://www.shop.example", true],
    ["https://shop.example", false],
    ["https://a.b.shop.example", false],
    ["http://www.shop.example", false],
    ["https://www.shop.example:8443", false],
    ["https://evil-shop.example", false],
    ["https://exact.example", true],
    ["null", false],
  ])("%s is listed: %s", async (origin, isListed) => {
    const origins = ["https://*.shop.example", "https://exact.example"];
    await collector.ask("PATCH", "/v1/settings", { binding: "open", origins });
    const body = { ...page, key: collector.keys.publishable, session: "origin_1" };
    const response = await fetch(`${collector.url}/v1/signals`, {
      method: "POST",
      headers: { Origin: origin },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(isListed ? 200 : 403);
    await collector.ask("PATCH", "/v1/settings", { binding: null, origins: null });
  });
});

describe("a flood", () => {
  it("of one session is answered 429 with when to come again, and ends nobody", async () => {
    await collector.ask("PATCH", "/v1/settings", { binding: "open" });
    await collector.ask("PUT", "/v1/sessions/flood", { ticket: { id: "f" } });
    const flood = Array.from({ length: 200 }, (_, seq) =>
      signal({ session: "flood", seq: seq + 1 }),
    );
    const calm = Array.from({ length: 20 }, (_, n) => signal({ session: `calm_${n}` }));
    const answers = await Promise.all(flood);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(50);
    expect(refused[0]?.headers.get("Retry-After")).toBe("1");
    expect((await Promise.all(calm)).map(({ status }) => status)).toEqual(calm.map(() => 200));
    expect(await collector.ask("GET", "/v1/sessions/flood")).toMatchObject({ presence: "online" });
    await collector.ask("PATCH", "/v1/settings", { binding: null });
  });

  it("of guesses is no longer told why, and a visitor at the same address goes on", async () => {
    const { token } = await collector.ask<{ token: string }>("POST", "/v1/tokens", {
      session: "neighbour",
    });
    const guesses = Array.from({ length: 200 }, () => signal({ session: "neighbour", token: "x" }));
    const [answers, neighbour] = await Promise.all([
      Promise.all(guesses),
      signal({ session: "neighbour", token }),
    ]);
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(50);
    expect(neighbour.status).toBe(200);
  });
});

describe("keys", () => {
  const command = fileURLToPath(new URL("../packages/collector/dist/cli/main.js", import.meta.url));
  const rotate = (...args: string[]) =>
    start(
      process.execPath,
      [command, "keys", "--rotate", ...args, "--store", `sqlite:${collector.folder}/test.db`],
      /sk_[\w-]{20,}[\s\S]*ts_[\w-]+/,
    ).then((running) => /sk_[\w-]+/.exec(running.output())?.[0] ?? "");
  const works = async (key: string) => {
    const headers = { Authorization: `Bearer ${key}` };
    return (await fetch(`${collector.url}/v1/sessions`, { headers })).ok;
  };

  it("that are rotated stay good for a while, tokens too; revoked ones end at once", async () => {
    const first = collector.keys.secret;
    const { token } = await collector.ask<{ token: string }>("POST", "/v1/tokens", {
      session: "r",
    });
    const second = await rotate();
    await until("the new key", () => works(second));
    expect(await works(first)).toBe(true);
    expect((await signal({ session: "r", token })).status).toBe(200);
    const third = await rotate("--overlap", "0");
    await until("the newest key", () => works(third));
    expect(await works(first)).toBe(false);
    expect(await works(second)).toBe(false);
    Object.assign(collector.keys, { secret: third });
    expect(await codeOf(await signal({ session: "r", token }))).toBe("key_invalid");
  });
});

describe("erasure", () => {
  it("of a user takes all of their sessions and nobody else's", async () => {
    for (const [id, user] of [
      ["e_1", "erin"],
      ["e_2", "erin"],
      ["e_3", "frank"],
    ]) {
      await collector.ask("PUT", `/v1/sessions/${id}`, { user, ticket: { id } });
    }
    expect(await collector.ask("DELETE", "/v1/users/erin")).toEqual({ erased: 2 });
    expect((await collector.api("GET", "/v1/sessions/e_1")).status).toBe(404);
    expect(JSON.stringify(await collector.ask("GET", "/v1/transitions?limit=500"))).not.toContain(
      "e_2",
    );
    expect(await collector.ask("GET", "/v1/sessions/e_3")).toMatchObject({ user: "frank" });
  });
});

describe("metrics", () => {
  it("count signals, transitions and commits, and name nobody", async () => {
    const text = await (await fetch(`${collector.url}/metrics`)).text();
    expect(text).toMatch(/stillhere_signals_total\{type="open",outcome="taken"\} \d+/);
    expect(text).toMatch(/stillhere_signals_total\{type="refused",outcome="token_missing"\} \d+/);
    expect(text).toMatch(
      /stillhere_transitions_total\{cause="ticket_updated",state="active"\} \d+/,
    );
    expect(text).toMatch(/stillhere_commit_seconds_count [1-9]/);
    expect(text).not.toMatch(/frank|flood|neighbour|default_account/);
  });
});
