// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keepInvitation, keptInvitation } from "../live/kept-invitation.ts";
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
    "POST /v1/sign-in/invitation": [[200, { role: "viewer", expiresAt: "2026-05-04T10:00:00Z" }]],
  };
  vi.stubGlobal("fetch", async (url: URL, init: RequestInit) => {
    const route = `${init.method ?? "GET"} ${url.pathname}`;
    requests.push({ route, body: JSON.parse(String(init.body ?? "null")) });
    const [status, body] = answer(route);
    return new Response(JSON.stringify(body), { status });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  sessionStorage.clear();
});

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

  it("accepts an invitation even where someone else is signed in, and then forgets it", async () => {
    answers["GET /v1/sign-in"] = [[200, { ...PERSON, email: "other@example.com" }]];
    answers["POST /v1/invitations/accept"] = [
      [409, { code: "email_taken", detail: "Use another." }],
      [200, PERSON],
    ];
    keepInvitation("t");
    const signIn = start();
    const access = signIn.run({ ...NO_LINK, invite: "t" });
    await vi.waitFor(() => expect(signIn.asking.value).toBe("invitation"));
    expect(signIn.invited.value?.role).toBe("viewer");
    signIn.give(PASSWORD);
    await vi.waitFor(() => expect(signIn.error.value).toBe("Use another."));
    expect(keptInvitation()).toBe("t");
    await vi.waitFor(() => expect(signIn.asking.value).toBe("invitation"));
    signIn.give(PASSWORD);
    expect((await access).person).toEqual(PERSON);
    expect(requests.at(-2)).toMatchObject({ body: { token: "t", ...PASSWORD } });
    expect(keptInvitation()).toBeNull();
  });

  it("says before anything is asked that an invitation is no longer good, and forgets it", async () => {
    answers["POST /v1/sign-in/invitation"] = [
      [404, { code: "invitation_invalid", detail: "Withdrawn." }],
    ];
    keepInvitation("t");
    const signIn = start();
    signIn.run({ ...NO_LINK, invite: "t" });
    await vi.waitFor(() => expect(signIn.asking.value).toBe("sign-in"));
    expect(signIn.error.value).toBe("Withdrawn.");
    expect(keptInvitation()).toBeNull();
  });

  it("goes on with the cookie where this person has accepted the invitation before", async () => {
    answers["POST /v1/sign-in/invitation"] = [
      [404, { code: "invitation_invalid", detail: "Accepted." }],
    ];
    answers["GET /v1/sign-in"] = [[200, PERSON]];
    expect((await start().run({ ...NO_LINK, invite: "t" })).person).toEqual(PERSON);
  });

  it("asks for a sign-in where an invitation was used while its form was open", async () => {
    answers["POST /v1/invitations/accept"] = [
      [404, { code: "invitation_invalid", detail: "Accepted." }],
    ];
    const signIn = start();
    signIn.run({ ...NO_LINK, invite: "t" });
    await vi.waitFor(() => expect(signIn.asking.value).toBe("invitation"));
    signIn.give(PASSWORD);
    await vi.waitFor(() => expect(signIn.asking.value).toBe("sign-in"));
    expect(signIn.error.value).toBe("Accepted.");
  });

  it("signs in who has a password, and forgets the invitation", async () => {
    answers["POST /v1/sign-in"] = [[200, PERSON]];
    keepInvitation("t");
    const signIn = start();
    const access = signIn.run({ ...NO_LINK, invite: "t" });
    await vi.waitFor(() => expect(signIn.asking.value).toBe("invitation"));
    signIn.leaveInvitation();
    await vi.waitFor(() => expect(signIn.asking.value).toBe("sign-in"));
    expect(keptInvitation()).toBeNull();
    signIn.give(PASSWORD);
    expect((await access).person).toEqual(PERSON);
  });

  it("signs in by the link of the demo", async () => {
    answers["POST /v1/sign-in"] = [[200, PERSON]];
    const { person } = await start().run({ ...NO_LINK, enter: "e" });
    expect(person).toEqual(PERSON);
    expect(requests[0]?.body).toEqual({ enter: "e" });
  });

  it("waits for a store that does not answer, and does not ask who is signed in already", async () => {
    vi.useFakeTimers();
    answers["GET /v1/sign-in"] = [[200, PERSON]];
    answers["GET /v1/settings"] = [
      [503, { code: "unavailable", detail: "Try again." }],
      [200, { origins: [] }],
    ];
    const signIn = start();
    const access = signIn.run(NO_LINK);
    await vi.advanceTimersByTimeAsync(2_000);
    expect((await access).person).toEqual(PERSON);
    expect(signIn.asking.value).toBeNull();
    vi.useRealTimers();
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
