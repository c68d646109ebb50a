/**
 * Access control of the collector: key rotation, page bindings, origins, rate limits and erasure.
 */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withAccounts } from "../packages/collector/src/cli/keys.ts";
import { MAX_KEYS } from "../packages/collector/src/engine/accounts.ts";
import { runCommand, TestCollector } from "./support/collector.ts";
import { start } from "./support/process.ts";
import { signToken } from "./support/token.ts";
import { until } from "./support/wait.ts";

let collector: TestCollector;
const startedAt = performance.now();

beforeAll(async () => {
  collector = await TestCollector.start();
  await collector.request("PATCH", "/v1/settings", {
    termsAccepted: true,
    presence: { mode: "on" },
  });
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

  beforeAll(() => collector.request("PATCH", "/v1/settings", { binding: "capability" }));
  afterAll(() => collector.request("PATCH", "/v1/settings", { binding: null }));

  it("accepts signals with the secret that the conversation has carried, and no others", async () => {
    await collector.request("PUT", "/v1/sessions/cap_1", { user: "u" });
    const early = await signal({ session: "cap_1", token: secret });
    expect(early.status).toBe(409);
    expect(early.headers.get("Retry-After")).toBe("1");
    expect(await codeOf(early)).toBe("binding_unknown");
    const message = { type: "end_user_message", binding: secret };
    await collector.request("POST", "/v1/sessions/cap_1/events", message);
    expect((await signal({ session: "cap_1", token: secret })).status).toBe(200);
    const other = await signal({ session: "cap_1", token: `${secret}x` });
    expect(await codeOf(other)).toBe("binding_unknown");
    expect(JSON.stringify(await collector.request("GET", "/v1/sessions/cap_1"))).not.toContain(
      secret,
    );
  });

  it("refuses a short secret, and a signal without one", async () => {
    expect(await codeOf(await signal({ session: "cap_1", token: "short" }))).toBe("token_invalid");
    expect(await codeOf(await signal({ session: "cap_1" }))).toBe("token_missing");
  });

  it("creates no session for a secret that no conversation has carried", async () => {
    expect((await signal({ session: "cap_2", token: secret })).status).toBe(409);
    expect((await collector.api("GET", "/v1/sessions/cap_2")).status).toBe(404);
  });
});

describe("binding `open`", () => {
  it("requires only the key and the session id", async () => {
    await collector.request("PATCH", "/v1/settings", { binding: "open" });
    expect((await signal({ session: "open_1" })).status).toBe(200);
    await collector.request("PATCH", "/v1/settings", { binding: null });
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
  ])("accepts signals from %s: %s", async (origin, isListed) => {
    const origins = ["https://*.shop.example", "https://exact.example"];
    await collector.request("PATCH", "/v1/settings", { binding: "open", origins });
    const body = { ...page, key: collector.keys.publishable, session: "origin_1" };
    const response = await fetch(`${collector.url}/v1/signals`, {
      method: "POST",
      headers: { Origin: origin },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(isListed ? 200 : 403);
    await collector.request("PATCH", "/v1/settings", { binding: null, origins: null });
  });
});

describe("the setting `origins`", () => {
  afterAll(() => collector.request("PATCH", "/v1/settings", { origins: null }));

  it.each([
    ["https://shop.example/", "https://shop.example"],
    ["https://shop.example:443", "https://shop.example"],
    ["HTTPS://Shop.Example", "https://shop.example"],
    ["https://münchen.example", "https://xn--mnchen-3ya.example"],
  ])("%s is answered as browsers send it: %s", async (origin, written) => {
    const settings = await collector.request("PATCH", "/v1/settings", { origins: [origin] });
    expect(settings).toMatchObject({ origins: [written] });
    expect(await collector.request("GET", "/v1/settings")).toMatchObject({ origins: [written] });
  });

  it.each([
    ["shop.example", "https://shop.example"],
    ["*", "https://*.shop.example"],
    ["https://*", "https://*.shop.example"],
    ["file://", "null"],
  ])("%s is refused, with what would match: %s", async (origin, advice) => {
    const response = await collector.api("PATCH", "/v1/settings", { origins: [origin] });
    expect(response.status).toBe(400);
    const problem = (await response.json()) as { code: string; detail: string };
    expect(problem.code).toBe("invalid_settings");
    expect(problem.detail).toContain(`\`${advice}\``);
  });
});

describe("a preflight", () => {
  it("allows the header that a tracing script adds, from any origin", async () => {
    const response = await fetch(`${collector.url}/v1/signals`, {
      method: "OPTIONS",
      headers: {
        Origin: "https://shop.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "traceparent",
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(response.headers.get("Access-Control-Allow-Headers")).toBe("traceparent");
    expect(response.headers.get("Access-Control-Allow-Credentials")).toBeNull();
  });
});

describe("a token", () => {
  const tokenWith = (claims: object) =>
    signToken(collector.tokenSecret, { aud: "default", sid: "t_1", ...claims });
  const seconds = () => Date.now() / 1000;
  const setBuffers = (bufferSeconds: number | null) =>
    collector.request("PATCH", "/v1/settings", {
      presence: {
        bufferSeconds,
        closeBufferSeconds: bufferSeconds,
        navigationBufferSeconds: bufferSeconds,
      },
    });

  it.each([
    ["an `iat` with a fraction", () => ({ iat: seconds() })],
    ["a clock that is a second ahead", () => ({ iat: seconds() + 1, nbf: seconds() + 1 })],
    ["an `aud` that is a list", () => ({ aud: ["default", "desk"] })],
  ])("is accepted with %s", async (_, claims) => {
    const token = tokenWith({ exp: seconds() + 60, ...claims() });
    expect((await signal({ session: "t_1", token })).status).toBe(200);
  });

  it("serves the page that it opened until its session is offline, and opens no other", async () => {
    await setBuffers(600);
    let exp = 0;
    const open = (session: string, change: object = {}) =>
      signal({ session, token: tokenWith({ sid: session, exp }), ...change });
    // It opens a page while it is good, its leeway of a minute included: at first for one more second.
    let goodForSeconds = 1;
    await until("a page to open in time", async () => {
      exp = seconds() - 60 + goodForSeconds;
      goodForSeconds *= 2;
      return (await open("t_2")).ok;
    });
    const token = tokenWith({ sid: "t_2", exp });
    const beat = (change: object) => signal({ session: "t_2", token, ...change });
    let pages = 0;
    await until("another token of that time to expire", async () => {
      pages += 1;
      return (await codeOf(await open("t_3", { page: `p${pages}` }))) === "token_expired";
    });
    expect((await beat({ seq: 2, type: "beat" })).status).toBe(200);
    expect((await beat({ seq: 3, type: "beat" })).status).toBe(200);
    expect(await codeOf(await beat({ page: "q" }))).toBe("token_expired");
    expect((await beat({ type: "leave", seq: undefined })).status).toBe(200);
    expect((await beat({ gen: 1 })).status).toBe(200);
    await setBuffers(0.1);
    expect((await beat({ type: "leave", seq: undefined, gen: 1 })).status).toBe(200);
    await until("offline", async () => {
      const session = await collector.request<{ presence: string }>("GET", "/v1/sessions/t_2");
      return session.presence === "offline";
    });
    expect(await codeOf(await beat({ gen: 2 }))).toBe("token_expired");
    await setBuffers(null);
  });
});

describe("the rate limit", () => {
  /** Sends 200 signals together, again where the machine took too long for as many a second as are refused. */
  function flood(send: (index: number) => Promise<Response>): Promise<Response> {
    return until("a refusal", async () => {
      const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => send(index)));
      return answers.find(({ status }) => status === 429);
    });
  }

  it("refuses one session's flood with 429 and Retry-After, and leaves sessions online", async () => {
    await collector.request("PATCH", "/v1/settings", { binding: "open" });
    await collector.request("PUT", "/v1/sessions/flood", { ticket: { id: "f" } });
    const refusal = flood((index) => signal({ session: "flood", seq: index + 1 }));
    const calm = Array.from({ length: 20 }, (_, n) => signal({ session: `calm_${n}` }));
    expect((await refusal).headers.get("Retry-After")).toBe("1");
    expect((await Promise.all(calm)).map(({ status }) => status)).toEqual(calm.map(() => 200));
    expect(await collector.request("GET", "/v1/sessions/flood")).toMatchObject({
      presence: "online",
    });
    await collector.request("PATCH", "/v1/settings", { binding: null });
  });

  it("refuses repeated token guesses with 429, and accepts a valid token from the same address", async () => {
    const { token } = await collector.request<{ token: string }>("POST", "/v1/tokens", {
      session: "neighbour",
    });
    const refusal = flood(() => signal({ session: "neighbour", token: "x" }));
    expect((await signal({ session: "neighbour", token })).status).toBe(200);
    expect(await codeOf(await refusal)).toBe("too_many_requests");
  });
});

describe("erasure", () => {
  it("of a user erases all sessions of that user and no others", async () => {
    for (const [id, user] of [
      ["e_1", "erin"],
      ["e_2", "erin"],
      ["e_3", "frank"],
    ]) {
      await collector.request("PUT", `/v1/sessions/${id}`, { user, ticket: { id } });
    }
    expect(await collector.request("DELETE", "/v1/users/erin")).toEqual({ erased: 2 });
    expect((await collector.api("GET", "/v1/sessions/e_1")).status).toBe(404);
    expect(
      JSON.stringify(await collector.request("GET", "/v1/transitions?limit=500")),
    ).not.toContain("e_2");
    expect(await collector.request("GET", "/v1/sessions/e_3")).toMatchObject({ user: "frank" });
  });

  it("stops the pages of an erased session, until the desk creates it again", async () => {
    const { token } = await collector.request<{ token: string }>("POST", "/v1/tokens", {
      session: "e_4",
    });
    const open = () => signal({ session: "e_4", token });
    expect((await open()).status).toBe(200);
    await collector.request("DELETE", "/v1/sessions/e_4");
    expect(await (await open()).json()).toEqual({ nextMs: 0 });
    expect((await collector.api("GET", "/v1/sessions/e_4")).status).toBe(404);
    await collector.request("PUT", "/v1/sessions/e_4", {});
    expect(((await (await open()).json()) as { nextMs: number }).nextMs).toBeGreaterThan(0);
  });
});

describe("the log", () => {
  it("states why signals were refused and what to do, and no secret", async () => {
    const refused = () =>
      collector.output
        .split("\n")
        .filter((line) => line.includes('"refused"'))
        .map((line) => JSON.parse(line) as { refused: string; key?: string; remedy: string });
    // The flood of another test may still be refused by its address alone.
    const entries = await until("the log", async () => {
      const headers = { Origin: "https://evil.example" };
      const body = JSON.stringify({ ...page, key: collector.keys.publishable, session: "l" });
      await fetch(`${collector.url}/v1/signals`, { method: "POST", headers, body });
      await signal({ session: "l", key: collector.keys.secret });
      const found = refused();
      const has = (kind: string) => found.some((entry) => entry.refused === kind);
      return has("origin_not_allowed") && has("secret_key_in_page") && found;
    });
    expect(entries.find((entry) => entry.refused === "origin_not_allowed")).toMatchObject({
      level: "warn",
      key: collector.keys.publishable.slice(0, 8),
      remedy: expect.stringContaining("origins"),
    });
    const kinds = entries.map((entry) => entry.refused);
    // Of each kind one a minute.
    const minutes = Math.ceil((performance.now() - startedAt) / 60_000);
    expect(kinds.length).toBeLessThanOrEqual(minutes * new Set(kinds).size);
    expect(JSON.stringify(entries)).not.toContain(collector.keys.secret.slice(0, 8));
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

  it("stay valid after a rotation, as do their tokens, and become invalid with an overlap of 0", async () => {
    const first = collector.keys.secret;
    const { token } = await collector.request<{ token: string }>("POST", "/v1/tokens", {
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

describe("a rotation", () => {
  it("is refused while five keys of each kind are valid, unless it ends them", async () => {
    const store = `sqlite:${collector.folder}/test.db`;
    const keys = (...args: string[]) =>
      runCommand("keys", ...args, "--account", "five", "--store", store);
    await withAccounts(store, async (accounts) => {
      const rotation = { overlapMs: 86_400_000, by: { cli: "keys" } };
      for (let count = 0; count < MAX_KEYS; count += 1) await accounts.put("five", rotation);
    });
    await expect(keys("--rotate")).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^stillhere: five has 5 keys .* until the oldest end at 20.*Z, or .*\n$/,
      ),
    });
    expect(await keys("--rotate", "--overlap", "0")).toContain("the old ones are revoked");
    expect(await keys("--rotate")).toContain("the old ones expire in 24 h");
  });
});

describe("metrics", () => {
  it("count signals, transitions and commits, and contain no names", async () => {
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
