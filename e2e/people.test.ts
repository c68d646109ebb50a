/**
 * A person from the invitation of the command to the sign-out, at a real collector.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { runCommand, TestCollector } from "./support/collector.ts";

const EMAIL = "ann@example.com";
const PASSWORD = "correct horse battery";

let collector: TestCollector;
beforeAll(async () => {
  collector = await TestCollector.start();
});
afterAll(() => collector?.stop());

const command = (...args: readonly string[]) =>
  runCommand("people", ...args, "--store", `sqlite:${collector.folder}/test.db`);

/** As a page of the collector's own sends it. */
function send(method: string, path: string, body?: object, cookie = ""): Promise<Response> {
  return fetch(`${collector.url}${path}`, {
    method,
    headers: {
      "Content-Type": "application/json",
      "Sec-Fetch-Site": "same-origin",
      ...(cookie !== "" && { Cookie: cookie }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}

it("invites a person by the command, who signs in, is listed, and signs out", async () => {
  expect(await command()).toContain("stillhere people --invite --role admin");
  const printed = await command("--invite", "--role", "admin", "--url", collector.url);
  const [link = ""] = /http\S+/.exec(printed) ?? [];
  expect(link).toContain(`${collector.url}/console#invite=`);
  const token = new URL(link).hash.replace("#invite=", "");
  const invitation = { token, email: EMAIL, password: PASSWORD };
  const accepted = await send("POST", "/v1/invitations/accept", invitation);
  expect(accepted.status).toBe(200);
  const [cookie = ""] = accepted.headers.getSetCookie().map((each) => each.split(";")[0] ?? "");
  expect(cookie).toMatch(/^stillhere=/);

  expect(await command()).toBe(`${EMAIL}  admin\n`);
  const key = await send("POST", "/v1/keys", { role: "viewer", name: "wall" }, cookie);
  expect(key.status).toBe(201);
  const audit = await send("GET", "/v1/audit?action=key_created", undefined, cookie);
  expect(await audit.json()).toMatchObject({ entries: [{ by: { name: EMAIL } }] });

  expect((await send("DELETE", "/v1/sign-in", undefined, cookie)).status).toBe(200);
  expect((await send("GET", "/v1/sign-in", undefined, cookie)).status).toBe(401);
  const again = await send("POST", "/v1/sign-in", { email: EMAIL, password: PASSWORD });
  expect(await again.json()).toMatchObject({ email: EMAIL, role: "admin" });
});
