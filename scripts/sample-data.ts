/**
 * Writes 14 days of a shop's conversations into a new store, for trying out the console, for tests and for
 * screenshots. The real engine writes them, on a virtual clock; the same seed and end give the same history.
 *
 *     node scripts/sample-data.ts [--store sqlite:./sample.db] [--sessions 5000] [--days 14] [--seed 1] [--until 2026-11-28T12:00:00Z]
 */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { writeSampleHistory } from "../e2e/support/sample/history.ts";
import { Accounts, DEFAULT_ACCOUNT } from "../packages/collector/src/engine/accounts.ts";
import { createSystemClock } from "../packages/collector/src/engine/clock.ts";
import { MAX_INVITATION_MS } from "../packages/collector/src/engine/invitations.ts";
import { People } from "../packages/collector/src/engine/people.ts";
import { invitationUrl } from "../packages/collector/src/http/people.ts";
import { createScryptPasswords } from "../packages/collector/src/platform/node-passwords.ts";
import { openStore, parseStore } from "../packages/collector/src/platform/open-store.ts";

const BY = { cli: "sample-data" };

const { values } = parseArgs({
  options: {
    store: { type: "string", default: "sqlite:./sample.db" },
    sessions: { type: "string", default: "5000" },
    days: { type: "string", default: "14" },
    seed: { type: "string", default: "1" },
    until: { type: "string" },
    port: { type: "string", default: "8787" },
  },
});

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

function numberOf(name: "sessions" | "days" | "seed", max: number): number {
  const number = Number(values[name]);
  if (!Number.isInteger(number) || number < 1 || number > max) {
    fail(`--${name} must be a whole number from 1 to ${max}.`);
  }
  return number;
}

const options = {
  sessions: numberOf("sessions", 1_000_000),
  days: numberOf("days", 90),
  seed: numberOf("seed", Number.MAX_SAFE_INTEGER),
  until: values.until === undefined ? Date.now() : Date.parse(values.until),
};
if (Number.isNaN(options.until)) fail("--until must be a time, as 2026-11-28T12:00:00Z.");
const { kind, path } = parseStore(values.store);
if (kind === "memory") fail("A store in memory ends with this command: name another one.");
if (kind === "sqlite" && existsSync(path)) {
  fail(`There is something at ${path} already: delete it, or name another one with --store.`);
}
const store = await openStore(values.store);
if ((await store.accounts()).length > 0) fail("The store is not empty: name another one.");

const clock = createSystemClock();
const accounts = new Accounts(store, clock);
const keys = await accounts.put(DEFAULT_ACCOUNT, { by: BY });
const startedAt = performance.now();
await writeSampleHistory(store, {
  account: DEFAULT_ACCOUNT,
  ...options,
  onProgress: (at) => process.stderr.write(`\r${new Date(at).toISOString().slice(0, 13)} h`),
});
const seconds = Math.round((performance.now() - startedAt) / 1_000);
const people = new People({ admin: store.admin, clock, passwords: createScryptPasswords() });
const { invitations } = people;
const invitation = await invitations.create(DEFAULT_ACCOUNT, "admin", MAX_INVITATION_MS, BY);
if (invitation === "full") throw new Error("A new account has no invitations.");
await store.close();

process.stderr.write("\r");
console.log(`${options.sessions} conversations of ${options.days} days, in ${seconds} s.

Open the console on them (build once with \`pnpm build\`):
  pnpm stillhere serve --store ${values.store} --port ${values.port}
  ${invitationUrl(`http://127.0.0.1:${values.port}`, invitation.token)}   good once
  secret key  ${keys.secretKey}`);
