// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSignIn } from "./sign-in.ts";

const PERSON = { id: "p", email: "ana@example.com", role: "admin" };
const NO_LINK = { invite: null, enter: null };
const PASSWORD = { email: "ana@example.com", password: "correct horse battery" };

type Answer = [status: number, body: object];
let answers: Record<string, Answer[]>;
let requests: { route: string; body: unknown }[];

/** Answers in order, and the last one again and again. */
function answer(route: string): Answer {
  const list = answers[route] ?? [];
  return (list.length > 1 ? list.shift() : list[0]) ?? [404, {}];
}

beforeEach(() => {
  requests = [];
  answers = {
    "GET /v1/settings": [[200, { origins: [] }]],
    "GET /v1/sign-in": [[401, { code: "sign_in_required" }]],
  };
  vi.stubGlobal("fetch", async (url: URL, init: RequestInit) => {
    const route = `${init.method ?? "GET"} ${url.pathname}`;
    requests.push({ route, body: JSON.parse(String(init.body ?? "null")) });
    const [status, body] = answer(route);
    return new Response(JSON.stringify(body), { status });
  });
});
afterEach(() => void vi.unstubAllGlobals());

const onRoleMissing = vi.fn();
const start = () => createSignIn(new URL("https://presence.example.com/"), () => {}, onRoleMissing);

describe("the sign-in of the console", () => {
  it("goes on with the cookie of this browser, and asks for nothing", async () => {
    answers["GET /v1/sign-in"] = [[200, PERSON]];
    const { person } = await start().run(NO_LINK);
    expect(person).toEqual(PERSON);
    expect(requests.map(({ route }) => route)).toEqual(["GET /v1/sign-in", "GET /v1/settings"]);
  });

  it("asks for a password, says why one was refused, and asks again", async () => {
    answers["POST /v1/sign-in"] = [
      [401, { code: "sign_in_failed", detail: "Check both." }],
      [200, PERSON],
    ];
    const signIn = start();
    const access = signIn.run(NO_LINK);
    await vi.waitFor(() => expect(signIn.asking.value).toBe("sign-in"));
    signIn.give(PASSWORD);
    await vi.waitFor(() => expect(signIn.error.value).toBe("Check both."));
    await vi.waitFor(() => expect(signIn.asking.value).toBe("sign-in"));
    signIn.give(PASSWORD);
    expect((await access).person).toEqual(PERSON);
  });

  it("accepts an invitation even where someone else is signed in", async () => {
    answers["GET /v1/sign-in"] = [[200, { ...PERSON, email: "other@example.com" }]];
    answers["POST /v1/invitations/accept"] = [[200, PERSON]];
    const signIn = start();
    const access = signIn.run({ ...NO_LINK, invite: "t" });
    await vi.waitFor(() => expect(signIn.asking.value).toBe("invitation"));
    signIn.give(PASSWORD);
    expect((await access).person).toEqual(PERSON);
    expect(requests[0]).toMatchObject({ body: { token: "t", ...PASSWORD } });
  });

  it("asks for a sign-in where an invitation is no longer good", async () => {
    answers["POST /v1/invitations/accept"] = [
      [400, { code: "invitation_invalid", detail: "Old." }],
    ];
    const signIn = start();
    signIn.run({ ...NO_LINK, invite: "t" });
    await vi.waitFor(() => expect(signIn.asking.value).toBe("invitation"));
    signIn.give(PASSWORD);
    await vi.waitFor(() => expect(signIn.asking.value).toBe("sign-in"));
    expect(signIn.error.value).toBe("Old.");
  });

  it("signs in by the link of the demo", async () => {
    answers["POST /v1/sign-in"] = [[200, PERSON]];
    const { person } = await start().run({ ...NO_LINK, enter: "e" });
    expect(person).toEqual(PERSON);
    expect(requests[0]?.body).toEqual({ enter: "e" });
  });

  it("says when the role does not allow a request, since it may be another one now", async () => {
    answers["GET /v1/sign-in"] = [[200, PERSON]];
    answers["GET /v1/people"] = [[403, { code: "role_missing", detail: "It needs `admin`." }]];
    answers["GET /v1/keys"] = [[409, { code: "last_admin" }]];
    const { api } = await start().run(NO_LINK);
    await expect(api.keys()).rejects.toThrow();
    expect(onRoleMissing).not.toHaveBeenCalled();
    await expect(api.people()).rejects.toThrow("It needs `admin`.");
    expect(onRoleMissing).toHaveBeenCalledOnce();
  });
});
