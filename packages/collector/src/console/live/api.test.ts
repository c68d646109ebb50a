import { afterEach, expect, it, vi } from "vitest";
import { createApi } from "./api.ts";
import { failureWords } from "./problem.ts";

const PROBLEM = {
  code: "too_many_requests",
  detail: "Send fewer requests: this account is over its limit.",
};

afterEach(() => void vi.unstubAllGlobals());

function answer(status: number, body: string) {
  vi.stubGlobal("fetch", async () => new Response(body, { status }));
  return createApi(new URL("https://presence.example.com/"));
}

type Api = ReturnType<typeof createApi>;

const READINGS: Record<string, (api: Api) => Promise<unknown>> = {
  settings: (api) => api.settings(),
  sessions: (api) => api.sessions("active", null),
  findSessions: (api) => api.findSessions(new URLSearchParams(), new AbortController().signal),
  session: (api) => api.session("conv_1"),
  trace: (api) => api.trace("conv_1"),
  history: (api) => api.history("conv_1", 0, 10),
  log: (api) => api.log("live", "0", 10),
  insights: (api) => api.insights(),
  outcomes: (api) => api.outcomes(),
  queue: (api) => api.queue(),
  report: (api) => api.report(new URLSearchParams()),
  reportCsv: (api) => api.reportCsv(new URLSearchParams()),
  triggers: (api) => api.triggers(),
  people: (api) => api.people(),
  signIn: (api) => api.signIn({ enter: "t" }),
};

const wordsOf = (reading: Promise<unknown>) =>
  reading.then(
    () => "",
    (failure) => failureWords(failure),
  );

it.each(Object.entries(READINGS))("a refusal of %s keeps its sentence", async (_, reading) => {
  const words = await wordsOf(reading(answer(429, JSON.stringify(PROBLEM))));
  expect(words).toBe(PROBLEM.detail);
});

it("says what a role may not, that a sign-in has ended, and what a proxy answered", async () => {
  const wordsFor = (status: number, body: string) => wordsOf(answer(status, body).insights());
  expect(await wordsFor(403, JSON.stringify({ code: "role_missing", detail: "no" }))).toContain(
    "Your role does not allow this.",
  );
  expect(await wordsFor(401, "{}")).toContain("Your sign-in has ended.");
  expect(await wordsFor(502, "<html>")).toContain("answered 502. Try again.");
});

it("says that nothing reached the collector only where it gave no answer", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("away")));
  const api = createApi(new URL("https://presence.example.com/"));
  expect(await wordsOf(api.queue())).toContain("did not reach the collector");
});
