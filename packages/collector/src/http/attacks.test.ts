/**
 * What people try against sign-ins, invitations and the console, each by its name.
 */
import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { pbkdf2Passwords } from "../engine/passwords.ts";
import { TestApp } from "./testing/app.ts";
import { Browser, invite, PASSWORD } from "./testing/browser.ts";

const ANN = "ann@example.com";
const NEW_PASSWORD = "a staple for every horse";

let harness: TestApp;
/** Of an admin who is signed in. */
let victim: Browser;
let ann: string;
beforeEach(async () => {
  harness = await TestApp.create();
  victim = new Browser(harness);
  ({ id: ann } = await victim.join(ANN, "admin"));
});

function withCookie(cookie: string | null): Browser {
  const browser = new Browser(harness);
  browser.cookie = cookie;
  return browser;
}

describe("fixation", () => {
  it("by a cookie that was put into the browser leaves nobody signed in by it", async () => {
    for (const planted of ["stillhere=chosen-by-the-attacker", victim.cookie]) {
      const browser = withCookie(planted);
      await browser.request("POST", "/v1/sign-in", { email: ANN, password: PASSWORD });
      expect(browser.cookie).not.toBe(planted);
      expect(await withCookie(planted).status("GET", "/v1/sign-in")).toBe(401);
    }
  });

  it("by a cookie from another host of the domain signs nobody in, over TLS", async () => {
    const thief = new Browser(harness, "https://console.example.com");
    await thief.request("POST", "/v1/sign-in", { email: ANN, password: PASSWORD });
    const [, token] = /^__Host-stillhere=(.*)$/.exec(thief.cookie ?? "") ?? [];
    const visit = async (cookie: string) => {
      const browser = new Browser(harness, `https://console.example.com`);
      browser.cookie = cookie;
      return [
        await browser.status("GET", "/v1/sign-in"),
        await browser.status("GET", "/v1/sessions/conv_1"),
      ];
    };
    expect(await visit(`__Host-stillhere=${token}`)).toEqual([200, 404]);
    expect(await visit(`stillhere=${token}`)).toEqual([401, 401]);
  });

  it("by an invitation gives the one who accepts it a new id, too", async () => {
    const browser = withCookie("stillhere=chosen-by-the-attacker");
    const body = { token: await invite(harness, "viewer"), email: "b@c.de", password: PASSWORD };
    await browser.request("POST", "/v1/invitations/accept", body);
    expect(browser.cookie).not.toBe("stillhere=chosen-by-the-attacker");
    expect(await browser.status("GET", "/v1/sign-in")).toBe(200);
  });
});

describe("a stolen cookie", () => {
  const ends: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["signs out", () => victim.request("DELETE", "/v1/sign-in")],
    ["signs out everywhere", () => victim.request("DELETE", "/v1/sign-in/all")],
    [
      "changes the password",
      () =>
        victim.request("PUT", "/v1/sign-in/password", {
          password: PASSWORD,
          newPassword: NEW_PASSWORD,
        }),
    ],
    [
      "signs in again in the same browser",
      () => victim.request("POST", "/v1/sign-in", { email: ANN, password: PASSWORD }),
    ],
    [
      "is removed",
      async () => {
        await new Browser(harness).join("boss@example.com", "admin");
        await harness.request("DELETE", `/v1/people/${ann}`);
      },
    ],
  ];

  it.each(ends)("is of no use any more once its person %s", async (_, end) => {
    const thief = withCookie(victim.cookie);
    expect(await thief.status("GET", "/v1/keys")).toBe(200);
    await end();
    expect(await thief.status("GET", "/v1/keys")).toBe(401);
    expect(await thief.status("PATCH", "/v1/settings", { routing: "omnichannel" })).toBe(401);
  });

  it("of a person who was removed is not that of one invited again with the same address", async () => {
    await new Browser(harness).join("boss@example.com", "admin");
    const old = withCookie(victim.cookie);
    await harness.request("DELETE", `/v1/people/${ann}`);
    await new Browser(harness).join(ANN, "admin");
    expect(await old.status("GET", "/v1/sign-in")).toBe(401);
  });

  it("can do no more than its person since another role was given", async () => {
    await new Browser(harness).join("boss@example.com", "admin");
    const thief = withCookie(victim.cookie);
    await harness.request("PATCH", `/v1/people/${ann}`, { role: "viewer" });
    expect(await thief.status("GET", "/v1/keys")).toBe(403);
    expect(await thief.status("POST", "/v1/invitations", { role: "admin" })).toBe(403);
  });
});

describe("guessing", () => {
  it("costs as much for an address that nobody has, so that the time tells nothing", async () => {
    let work: string[] = [];
    const passwords = {
      async hash(password: string) {
        const hash = await pbkdf2Passwords.hash(password);
        work.push("hashed");
        return hash;
      },
      verify(password: string, hash: string) {
        work.push("verified");
        return pbkdf2Passwords.verify(password, hash);
      },
    };
    const { engine, accounts } = harness;
    /** What a collector that has just started, on the same store, does one after the other. */
    const workFor = async (email: string) => {
      const started = new TestApp({ engine, accounts, passwords });
      work = [];
      await new Browser(started).request("POST", "/v1/sign-in", { email, password: "a guess" });
      return work;
    };
    expect(await workFor(ANN)).toEqual(["hashed", "verified"]);
    expect(await workFor("nobody@example.com")).toEqual(["hashed", "verified"]);
  });

  it("makes the store do the same for every name, and reads no person once it is limited", async () => {
    const { admin } = harness.store;
    const done: string[] = [];
    const { records, commit } = admin;
    vi.spyOn(admin, "records").mockImplementation((ids) => {
      done.push(`reads ${ids.map((each) => each.split("/")[0])}`);
      return records.call(admin, ids);
    });
    vi.spyOn(admin, "commit").mockImplementation((account, writes, entries) => {
      done.push(`writes ${writes.map(({ id: each }) => each.split("/")[0])}`);
      return commit.call(admin, account, writes, entries);
    });
    /** What the store does for each of seven attempts from an address of their own. */
    const workFor = async (email: string, from: string) => {
      const { engine, accounts } = harness;
      const browser = new Browser(new TestApp({ engine, accounts, addressOf: () => from }));
      const attempts: (string | number)[][] = [];
      for (let count = 0; count < 7; count += 1) {
        done.length = 0;
        const answer = await browser.status("POST", "/v1/sign-in", { email, password: "a guess" });
        attempts.push([answer, ...done]);
      }
      return attempts;
    };
    const known = await workFor(ANN, "192.0.2.7");
    expect(known).toEqual(await workFor("nobody@example.com", "192.0.2.8"));
    expect(known[6]).toEqual([
      429,
      "reads failed-sign-ins,failed-sign-ins",
      "reads refusals",
      "writes refusals",
    ]);
  });
});

describe("clickjacking", () => {
  it("is refused: no other page may show the console in a frame, at the edge either", async () => {
    const { headers } = await harness.app.request("/console");
    const policy = headers.get("Content-Security-Policy") ?? "";
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get("X-Frame-Options")).toBe("DENY");
    // At the edge the console is a static file, whose headers are in a file beside it.
    const url = new URL("../../scripts/copy-edge-assets.ts", import.meta.url);
    const edge = readFileSync(url, "utf8");
    expect(edge).toContain(`Content-Security-Policy: ${policy}`);
    expect(edge).toContain("X-Frame-Options: DENY");
  });
});

describe("a redirect", () => {
  it.each(["/", "/?next=https://evil.example", "/?url=//evil.example", "/#//evil.example"])(
    "of %s leads to the console, and to no other site",
    async (path) => {
      const answer = await harness.app.request(`http://localhost${path}`);
      const to = new URL(answer.headers.get("Location") ?? "", "http://localhost/");
      expect([answer.status, to.href]).toEqual([302, "http://localhost/console"]);
    },
  );

  it("is not given for a path that looks like another site", async () => {
    for (const path of ["//evil.example", "//evil.example/", "/\\evil.example", "/console//evil"]) {
      const answer = await harness.app.request(`http://localhost${path}`);
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });
});

describe("headers of a proxy that the client writes itself", () => {
  const forged = {
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Prefix": "/evil; Domain=evil.example",
  };

  it("get into no invitation and no cookie", async () => {
    const invited = await harness.request("POST", "/v1/invitations", { role: "viewer" }, forged);
    expect(await invited.text()).not.toContain("evil");
    const body = { email: ANN, password: PASSWORD };
    await victim.request("POST", "/v1/sign-in", body, forged);
    expect(victim.attributes).toContain("Path=/");
    expect(victim.attributes.join()).not.toMatch(/evil|Secure|Domain/);
  });
});

describe("the cookie behind a proxy that ends TLS", () => {
  it("is Secure and bound to the host, though the proxy says nothing of it", async () => {
    const body = { email: ANN, password: PASSWORD };
    const headers = { Origin: "https://localhost", Host: "localhost" };
    await victim.request("POST", "/v1/sign-in", body, headers);
    expect(victim.cookie).toMatch(/^__Host-stillhere=/);
    expect(victim.attributes).toEqual(expect.arrayContaining(["Secure", "HttpOnly", "Path=/"]));
    expect(await victim.status("GET", "/v1/sign-in")).toBe(200);
  });
});
