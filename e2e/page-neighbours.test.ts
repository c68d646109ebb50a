/**
 * Pages in real browsers, beside scripts that patch, seed, clobber, block and use up what the SDK needs.
 */

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { TestCollector } from "./support/collector.ts";
import { BROWSERS, PlainBrowser } from "./support/plain-browser.ts";
import { pause, until } from "./support/wait.ts";
import { type Told, type WildSignal, WildSite } from "./support/wild-site.ts";

const BEAT_MS = 200;
/**
 * Just below the 10 s after which the SDK gives up a request: a page that waits for each has a longer gap. The unit
 * tests of the SDK check the interval itself, on a virtual clock.
 */
const LONGEST_GAP_MS = 9_500;

/** How many pages of a browser are open at a time, each in front of its window. */
const WINDOWS = 4;
/** Tests wait in it for a window. */
const TIMEOUT_MS = 400_000;

vi.setConfig({ maxConcurrency: 100, testTimeout: TIMEOUT_MS });

/** Scripts that run before the SDK and still let the page do its work. */
const NEIGHBOURS: readonly (readonly [name: string, html: string])[] = [
  [
    "a seeded Math.random",
    "<script>{ let seed = 7; Math.random = () => (seed = (seed * 16807) % 2147483647) / 2147483647; }</script>",
  ],
  ["a Math.random that is 1", "<script>Math.random = () => 1;</script>"],
  ["a Math.random that is no number", "<script>Math.random = () => NaN;</script>"],
  ["a text on Object.prototype", `<script>Object.prototype.addedText = "x";</script>`],
  ["a function on Object.prototype", "<script>Object.prototype.added = function () {};</script>"],
  ["a function on Array.prototype", "<script>Array.prototype.added = function () {};</script>"],
  ["a form named hidden", `<form name="hidden"></form>`],
  ["a frame named visibilityState", `<iframe name="visibilityState"></iframe>`],
  [
    "images named after what the script tag reads",
    `<img name="currentScript"><img name="scripts"><img name="prerendering">`,
  ],
  ["an element with the global's id", `<div id="stillhere"></div>`],
  ["a global of the same name", `<script>var stillhere = "ours";</script>`],
  [
    "tracing headers",
    `<script>{ const plain = fetch; window.fetch = (url, init = {}) => plain(url, { ...init, headers: { ...init.headers, traceparent: "00-1-2-01" } }); }</script>`,
  ],
  [
    "wrapped functions that do their work",
    `<script>
const wrap = (owner, name) => { const plain = owner[name]; owner[name] = function (...args) { return plain.apply(this, args); }; };
for (const name of ["fetch", "setTimeout", "clearTimeout", "addEventListener", "queueMicrotask"]) wrap(window, name);
wrap(JSON, "stringify"); wrap(Date, "now"); wrap(Promise, "race"); wrap(EventTarget.prototype, "addEventListener");
</script>`,
  ],
  [
    "a clock that is set back after half a second",
    "<script>{ const real = Date.now; setTimeout(() => { Date.now = () => real() - 3_600_000; }, 500); }</script>",
  ],
  [
    "a clock that is set forward after half a second",
    "<script>{ const real = Date.now; setTimeout(() => { Date.now = () => real() + 3_600_000; }, 500); }</script>",
  ],
  [
    "the keepalive share used up by requests that hang",
    `<script>for (const size of [30_000, 35_400]) fetch("/never", { method: "POST", keepalive: true, body: "x".repeat(size) }).catch(() => {});</script>`,
  ],
  [
    "a blocker that rejects every second request",
    `<script>{ const plain = fetch; let n = 0; window.fetch = (url, init) => String(url).includes("/v1/") && n++ % 2 ? Promise.reject(new TypeError("blocked")) : plain(url, init); }</script>`,
  ],
  [
    "a blocker that throws at every third request",
    `<script>{ const plain = fetch; let n = 0; window.fetch = (url, init) => { if (String(url).includes("/v1/") && n++ % 3 === 2) throw new Error("blocked"); return plain(url, init); }; }</script>`,
  ],
  [
    "a fetch that answers null to every third request",
    `<script>{ const plain = fetch; let n = 0; window.fetch = async (url, init) => String(url).includes("/v1/") && n++ % 3 === 2 ? null : plain(url, init); }</script>`,
  ],
  [
    "a fetch that never answers every third request",
    `<script>{ const plain = fetch; let n = 0; window.fetch = (url, init) => String(url).includes("/v1/") && n++ % 3 === 2 ? new Promise(() => {}) : plain(url, init); }</script>`,
  ],
];

// At the same time, because they mostly wait.
describe.concurrent.each(BROWSERS)("in %s", (name) => {
  describe("a page", () => {
    let browser: PlainBrowser;
    let site: WildSite;
    let count = 0;
    let windows: number[];

    beforeAll(async () => {
      site = await WildSite.start();
      site.answer = () => ({ nextMs: BEAT_MS });
      site.route("/never", () => {});
      browser = await PlainBrowser.start(name);
      windows = [];
      while (windows.length < WINDOWS) windows.push(await browser.tabs.perform("openWindow"));
    });
    afterAll(async () => {
      await browser?.stop();
      await site?.close();
    });

    interface Opened {
      readonly session: string;
      readonly tab: number;
      readonly path: string;
    }
    const it = test.extend<{
      /** Opens a page of a session of its own in a window that no other test uses. */
      open: (
        html: (session: string) => string,
        headers?: Readonly<Record<string, string>>,
      ) => Promise<Opened>;
    }>({
      open: async ({ task: _ }, use) => {
        const window = await until("a window", async () => windows.pop(), TIMEOUT_MS);
        const tabs: number[] = [];
        await use(async (html, headers = {}) => {
          const session = `s${++count}`;
          const path = `/${session}`;
          site.serve(path, html(session), headers);
          const tab = await browser.tabs.perform("openIn", window, `${site.url}${path}`);
          tabs.push(tab);
          return { session, tab, path };
        });
        for (const tab of tabs) await browser.tabs.perform("close", tab).catch(() => {});
        windows.push(window);
      },
    });

    const heard = (session: string, matches: (signal: WildSignal) => boolean = () => true) =>
      until(`a signal of ${session}`, async () =>
        site.of(session).find(({ signal }) => matches(signal)),
      );

    /** Checks that this number of beats follows the first signal, without a long gap. */
    const expectToStay = async (session: string, beats = 6) => {
      await until(`${beats} beats of ${session}`, async () => site.of(session).length > beats);
      const times = site.of(session).map(({ at }) => at);
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      expect(Math.max(...gaps)).toBeLessThan(LONGEST_GAP_MS);
      expect(site.of(session).every(({ signal }) => signal.type !== "leave")).toBe(true);
    };

    /** Checks all that the page has told, once the first of it has arrived: it takes another way than signals. */
    const expectToTell = async (path: string, ...told: readonly Told[]) => {
      await until("what the page tells", async () => site.told(path).length > 0);
      expect(site.told(path)).toEqual(told);
    };

    describe("beside", () => {
      it.for(NEIGHBOURS)(
        "%s stays, and nothing is thrown into it",
        async ([, script], { open }) => {
          const { session, tab, path } = await open((session) => script + site.tag(session));
          await expectToStay(session);
          expect(site.of(session)[0]?.signal).toMatchObject({ type: "open", visible: true });
          expect(site.told(path)).toEqual([]);
          await browser.tabs.perform("close", tab);
          // Firefox loses about half of what a closing tab sends.
          if (name === "chromium") await heard(session, ({ type }) => type === "leave");
        },
      );

      it("a seeded Math.random has another id after each reload", async ({ open }) => {
        const { session, tab } = await open(
          (session) => `<script>Math.random = () => 0.42;</script>${site.tag(session)}`,
        );
        const first = await heard(session);
        await browser.tabs.perform("reload", tab);
        await heard(session, ({ page }) => page !== first.signal.page);
        await browser.tabs.perform("close", tab);
      });

      it("a service worker that sends every request again stays, and leaves", async ({ open }) => {
        site.route("/worker.js", (response) => {
          response.writeHead(200, { "Content-Type": "text/javascript" });
          response.end(
            `oninstall = () => skipWaiting(); onactivate = (event) => event.waitUntil(clients.claim());
onfetch = (event) => event.respondWith(fetch(event.request));`,
          );
        });
        const { session, tab, path } = await open(
          (
            session,
          ) => `<script>navigator.serviceWorker.register("/worker.js", { scope: location.pathname });
navigator.serviceWorker.ready.then(() => {
  const tag = document.createElement("script");
  Object.assign(tag.dataset, { key: "pk_test", session: "${session}" });
  tag.src = "${site.collector}/sdk.js";
  document.body.append(tag);
});</script>`,
        );
        await expectToStay(session);
        expect(site.told(path)).toEqual([]);
        await browser.tabs.perform("close", tab);
        if (name === "chromium") await heard(session, ({ type }) => type === "leave");
      });

      it("a blocker of everything throws nothing, says network once, and is heard when it ends", async ({
        open,
      }) => {
        const [before, blocked] = [4, 12];
        const { session, tab, path } = await open(
          (session) => `<script>
{ const plain = fetch; let n = 0; window.fetch = (url, init) => String(url).includes("/v1/") && ++n > ${before} && n <= ${before + blocked} ? Promise.reject(new TypeError("blocked")) : plain(url, init); }
(window.stillhere ||= []).push(({ connect }) => connect({ collector: "${site.collector}", key: "pk_test", session: "${session}", onError: (code) => tell("error", code) }));
</script><script async src="${site.collector}/sdk.js"></script>`,
        );
        await until("the page after it", async () => site.of(session).length > before + 2);
        await expectToTell(path, { kind: "error", what: "network" });
        await browser.tabs.perform("close", tab);
      });
    });

    describe("with a token that", () => {
      const connect = (session: string, token: string) => `<script>
(window.stillhere ||= []).push(({ connect }) => { let calls = 0; connect({ collector: "${site.collector}", key: "pk_test", session: "${session}", token: ${token}, onError: (code) => tell("error", code) }); });
</script><script async src="${site.collector}/sdk.js"></script>`;

      it.for([
        ["is an error page at first", `"<html>Bad gateway</html>".padEnd(3000, " ")`],
        ["is null at first", "null"],
        ["is missing at first", "undefined"],
        ["is rejected at first", `Promise.reject(new Error("No service"))`],
      ])("%s is heard with the first good one", async ([, wrong], { open }) => {
        const { session, tab, path } = await open((session) =>
          connect(session, `() => calls++ ? "good" : ${wrong}`),
        );
        const { signal } = await heard(session);
        expect(signal).toMatchObject({ type: "open", token: "good" });
        await expectToTell(path, { kind: "error", what: "token" });
        await browser.tabs.perform("close", tab);
      });

      it("never comes at first is heard with the next call", async ({ open }) => {
        const { session, tab, path } = await open((session) =>
          connect(session, `() => calls++ ? "good" : new Promise(() => {})`),
        );
        await heard(session);
        await expectToTell(path, { kind: "error", what: "token" });
        await browser.tabs.perform("close", tab);
      });

      it("comes from an address that fails at first is heard with the first good one", async ({
        open,
      }) => {
        let calls = 0;
        site.route("/presence-token", (response) => {
          if (calls++) response.end("good");
          else response.writeHead(502).end("<html>Bad gateway</html>");
        });
        const { session, tab } = await open((session) =>
          site.tag(session, `data-token-url="/presence-token"`),
        );
        expect((await heard(session)).signal).toMatchObject({ token: "good" });
        expect(calls).toBe(2);
        await browser.tabs.perform("close", tab);
      });
    });

    describe("whose script is put in", () => {
      it.for<[string, (session: string) => string]>([
        ["as a module", (session) => site.tag(session, `type="module"`)],
        [
          "by a tag manager",
          (
            session,
          ) => `<script>{ const tag = document.createElement("script"); tag.src = "${site.collector}/sdk.js";
tag.setAttribute("data-key", "pk_test"); tag.setAttribute("data-session", "${session}"); document.head.append(tag); }</script>`,
        ],
        ["twice", (session) => site.tag(session) + site.tag(session)],
        [
          "under a path",
          (session) => site.tag(session, "", `${site.collector}/chat/presence/sdk.js?v=1`),
        ],
        [
          "under a policy of nonces and trusted types",
          (session) => site.tag(session, `nonce="n1"`),
        ],
        [
          "in a sandboxed frame",
          (session) =>
            `<iframe sandbox="allow-scripts" srcdoc='${site.tag(session).replaceAll("'", "")}'></iframe>`,
        ],
        ["for a session called constructor", (session) => site.tag(session)],
      ])("%s is heard from once", async ([kind, html], { open }) => {
        const policy = {
          "Content-Security-Policy":
            "script-src 'nonce-n1' 'strict-dynamic'; require-trusted-types-for 'script'",
        };
        const strict = kind.includes("policy");
        // The policy forbids the report's inline script as well: nothing can be told.
        const { session, path } = await open(html, strict ? policy : {});
        await expectToStay(session, 3);
        expect(new Set(site.of(session).map(({ signal }) => signal.page)).size).toBe(1);
        if (kind.includes("path")) {
          expect(site.of(session)[0]?.path).toBe("/chat/presence/v1/signals");
        }
        if (kind.includes("sandbox")) expect(site.of(session)[0]?.headers.origin).toBe("null");
        expect(site.told(path)).toEqual([]);
      });

      it("twice for two sessions is heard from for both, even for names of Object.prototype", async ({
        open,
      }) => {
        const { tab } = await open(
          () => site.tag(`constructor`) + site.tag(`__proto__`) + site.tag("third"),
        );
        for (const session of ["constructor", "__proto__", "third"]) await heard(session);
        await browser.tabs.perform("close", tab);
      });

      it("with a secret key sends nothing, and the console says why", async ({ open }) => {
        const { session, tab, path } = await open(
          (session) => `<script>console.warn = (...what) => tell("warn", what[0]);</script>
<script async src="${site.collector}/sdk.js" data-key="sk_test" data-session="${session}"></script>`,
        );
        const line = await until("a line", async () => site.told(path)[0]);
        expect(line.what).toContain("secret_key_in_page");
        expect(line.what).toContain("rotate it");
        expect(site.of(session)).toEqual([]);
        await browser.tabs.perform("close", tab);
      });

      it("with a wrong address says so in the console, once", async ({ open }) => {
        const { tab, path } = await open(
          (
            session,
          ) => `<script>console.warn = (...what) => tell("warn", what.slice(0, 2).join(" "));</script>
<script async src="${site.collector}/sdk.js" data-key="pk_test" data-session="${session}" data-collector="http://127.0.0.1:9"></script>`,
        );
        const line = await until("a line", async () => site.told(path)[0]);
        expect(line.what).toMatch(/stillhere: network\. No answer.* http:\/\/127\.0\.0\.1:9/);
        await pause(3_000);
        expect(site.told(path)).toHaveLength(1);
        await browser.tabs.perform("close", tab);
      });
    });

    it("beside all of these, and a blocker of every second request, is online for forty beats, and offline once it is closed", async ({
      open,
    }) => {
      const collector = await TestCollector.start();
      try {
        const beat = BEAT_MS / 1000;
        // Both together outlast any time for which a page or a process may stop.
        const [lease, buffer] = [6, 6];
        await collector.request("PATCH", "/v1/settings", {
          termsAccepted: true,
          origins: [site.url],
          presence: {
            mode: "on",
            bufferSeconds: buffer,
            closeBufferSeconds: 1,
            beatSeconds: { waiting: beat, assigned: beat, idle: beat, hidden: beat },
            leaseSeconds: { visible: lease, hidden: lease },
          },
        });
        await collector.request("PUT", "/v1/sessions/wild", { channel: "web_widget" });
        await collector.request("POST", "/v1/sessions/wild/events", { type: "end_user_message" });
        const { token } = await collector.request<{ token: string }>("POST", "/v1/tokens", {
          session: "wild",
        });
        let calls = 0;
        site.route("/wild-token", (response) => {
          if (calls++) response.end(token);
          else response.writeHead(502).end("<html>Bad gateway</html>");
        });
        // Those that answer wrongly at times would leave too few of the requests that pass the blocker.
        const all = NEIGHBOURS.filter(([what]) => !/third|every second/.test(what));
        const blocker = NEIGHBOURS.find(([what]) => what.includes("every second"))?.[1];
        const { tab, path } = await open(
          () =>
            `${all.map(([, html]) => html).join("\n")}${blocker}<script async src="${collector.url}/sdk.js"
data-key="${collector.keys.publishable}" data-session="wild" data-token-url="/wild-token"></script>`,
        );
        const presence = async () =>
          (await collector.request<{ presence: string }>("GET", "/v1/sessions/wild")).presence;
        const beats = async () => {
          const metrics = await (await fetch(`${collector.url}/metrics`)).text();
          const [, taken] =
            /^stillhere_signals_total\{type="beat",outcome="taken"\} (\d+)$/m.exec(metrics) ?? [];
          return Number(taken);
        };
        await until(
          "forty beats, half of them blocked",
          async () => (await beats()) >= 20,
          120_000,
        );
        expect(await presence()).toBe("online");
        const history = await collector.history("wild");
        expect(history.filter(({ to }) => to.presence === "offline")).toEqual([]);
        expect(site.told(path)).toEqual([]);
        await browser.tabs.perform("close", tab);
        await until("offline", async () => (await presence()) === "offline");
        // Firefox may lose the leave; then the lease and the buffer decide.
        if (name === "firefox") return;
        const { facts } = await collector.request<{ facts: { type: string }[] }>(
          "GET",
          "/v1/sessions/wild/trace",
        );
        expect(facts.findLast(({ type }) => /^page_left|^lease_ended/.test(type))).toMatchObject({
          type: "page_left",
        });
      } finally {
        await collector.stop();
      }
    });
  });
});
