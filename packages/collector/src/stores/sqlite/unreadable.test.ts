/**
 * Rows of the SQLite file that cannot be read.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { RecordError } from "../record-error.ts";
import { StoreError } from "../store.ts";
import { entryOf, recordWrite } from "../suite/admin.ts";
import {
  ACCOUNT,
  COLUMNS,
  keyOf,
  NOW,
  sessionWithBeat,
  transitionOf,
  writeOf,
} from "../suite/case.ts";
import { endpointOf, KEY, SOON, settlementOf, waitingOf } from "../suite/endpoint.ts";
import { hurtsOnlyItsSession } from "../testing/unreadable.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { LISTED_SINCE, makeOlder } from "./testing/older-file.ts";

const folder = mkdtempSync(join(tmpdir(), "stillhere-unreadable-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let path: string;
let store: SqliteStore;
let passedOver: string[];
let files = 0;
beforeEach(() => {
  files += 1;
  path = join(folder, `${files}.db`);
  open();
});
afterEach(() => store.close());

function open(): void {
  store = new SqliteStore(path);
  passedOver = [];
  store.onUnreadable(({ message }) => passedOver.push(message));
}

/** Changes the file as another program would. */
function change(sql: string, ...values: (string | number)[]): void {
  const other = new DatabaseSync(path);
  other.prepare(sql).run(...values);
  other.close();
}

function bodyOf(id: string): string {
  const other = new DatabaseSync(path);
  const row = other.prepare("SELECT body FROM sessions WHERE id = ?").get(id);
  other.close();
  return row?.["body"] as string;
}

const SET_BODY = "UPDATE sessions SET body = ? WHERE id = ?";

describe("a session's row", () => {
  it.each<[string, (body: string) => string]>([
    ["is cut off", (body) => body.slice(0, -1)],
    ["is no list", () => "{}"],
    ["has an unknown enum value", (body) => body.replace(/\["?\w+"?,\d+/, "[null,99")],
    ["is of a newer version", (body) => body.replace("[2,", "[3,")],
    ["has a text in place of a list", (body) => body.replace("[],0],[]", '[],0],""')],
  ])("that %s hurts only its own session, until it is repaired", async (_, damaged) => {
    let body = "";
    await hurtsOnlyItsSession(store, {
      damage(id) {
        body = bodyOf(id);
        expect(damaged(body)).not.toBe(body);
        change(SET_BODY, damaged(body), id);
      },
      repair: (id) => change(SET_BODY, body, id),
    });
  });

  it("that is of a newer version says so", async () => {
    await store.commit([writeOf("a")]);
    change(SET_BODY, "[3]", "a");
    const [found] = await store.load([{ key: keyOf("a"), eventIds: [] }]);
    expect(found?.unreadable).toMatch(/^The session a of .*\(unknown format 3\): upgrade/);
  });

  it("is passed over by lists, whose pages are as long as ever", async () => {
    const ids = Array.from({ length: 10 }, (_, index) => `s${index}`);
    const columns = { ...COLUMNS, queue: "queued", queuedAt: NOW } as const;
    await store.commit(ids.map((id) => writeOf(id, { columns, deadlineAt: NOW })));
    for (const id of ["s0", "s1", "s4"]) change(SET_BODY, "[", id);
    const idsOf = (stored: readonly { session: { id: string } }[]) =>
      stored.map(({ session }) => session.id);
    const page = await store.list(ACCOUNT, { limit: 4 });
    expect(idsOf(page.sessions)).toEqual(["s2", "s3", "s5", "s6"]);
    const queue = await store.list(ACCOUNT, { sort: "waiting", limit: 4 });
    expect(idsOf(queue.sessions)).toEqual(["s2", "s3", "s5", "s6"]);
    expect(idsOf(await store.dueOf(ACCOUNT, NOW, 4))).toEqual(["s2", "s3", "s5", "s6"]);
    const part = await store.scan(ACCOUNT, null, 7);
    expect(idsOf(part.sessions)).toHaveLength(7);
    expect(new Set(passedOver).size).toBe(3);
    expect(passedOver[0]).toContain("The session s0 of the account shop");
  });

  it("can be erased nevertheless, in the version that it has", async () => {
    await store.commit([writeOf("a", { transitions: [transitionOf(1)] })]);
    change(SET_BODY, "[", "a");
    expect(await store.erase(keyOf("a"), { expectedVersion: 2 })).toBe(false);
    expect(await store.erase(keyOf("a"), { expectedVersion: 1 })).toBe(true);
    expect(await store.commit([writeOf("a")])).toEqual(["committed"]);
  });

  it("is left out of the indexes that a newer version adds", async () => {
    await store.commit([writeOf("a"), writeOf("b")]);
    await store.close();
    makeOlder(path, LISTED_SINCE - 1);
    change(SET_BODY, "[", "a");
    open();
    expect(await store.list(ACCOUNT, { limit: 4 })).toMatchObject({ sessions: [{}] });
  });

  it("is not overwritten by a write that was computed before", async () => {
    await store.commit([writeOf("a")]);
    change(SET_BODY, "[", "a");
    const [outcome] = await store.commit([writeOf("a", { expectedVersion: 1 }), writeOf("b")]);
    expect(outcome).toMatchObject({ unreadable: expect.stringContaining("The session a") });
    expect(bodyOf("a")).toBe("[");
    expect(await store.count(ACCOUNT)).toBe(2);
  });
});

describe("other rows", () => {
  it("of the log are passed over by every reader", async () => {
    const transitions = [1, 2, 3, 4].map(transitionOf);
    await store.commit([writeOf("a", { transitions })]);
    change("UPDATE transitions SET body = '[99]' WHERE seq IN (1, 3)");
    const seqs = (entries: readonly { transition: { seq: number } }[]) =>
      entries.map(({ transition }) => transition.seq);
    expect(seqs(await store.log(ACCOUNT, 0, 1))).toEqual([2]);
    expect(seqs(await store.log(ACCOUNT, 0, 10))).toEqual([2, 4]);
    expect(seqs(await store.history(keyOf("a"), 0, 2))).toEqual([2, 4]);
    expect(passedOver[0]).toMatch(/^The log entry 1 of the account shop cannot be read/);
  });

  it("of the lease log cost the leases in them, and no others", async () => {
    const leaseUntil = 9_000 + 15_000;
    await store.commit([writeOf("a", { session: sessionWithBeat("a", 1, 2_000) })]);
    const [found] = await store.load([{ key: keyOf("a"), eventIds: [] }]);
    change("INSERT INTO lease_log (body) VALUES (x'00')");
    const lease = { number: found?.number ?? 0, expectedVersion: 1, seq: 2, leaseUntil };
    expect(await store.renew([{ ...lease, deadlineAt: leaseUntil }])).toEqual(["committed"]);
    await store.close();
    open();
    const [renewed] = await store.load([{ key: keyOf("a"), eventIds: [] }]);
    expect(renewed?.stored).toMatchObject({ version: 2, deadlineAt: leaseUntil });
  });

  it.each([
    ["an account", "UPDATE accounts SET body = '{}'", () => store.accounts(), /^The account shop/],
    [
      "a broadcast",
      `UPDATE broadcasts SET body = '{"type":"later"}'`,
      () => store.broadcasts(0),
      /^The broadcast 1 .*\(unknown type later\): upgrade/,
    ],
  ])("of %s stop the store, with a sentence that names it", async (_, sql, read, sentence) => {
    const keys = { publishableKeys: [], secretKeys: [], tokenSecrets: [] };
    await store.putAccount({ name: ACCOUNT, ...keys, createdAt: NOW });
    const changed = { account: ACCOUNT, at: NOW, overrides: {}, triggers: [] };
    await store.broadcast({ type: "settings", ...changed });
    change(sql);
    await expect(read()).rejects.toThrow(sentence);
    await expect(read()).rejects.toThrow(StoreError);
  });

  it("of a webhook stop that webhook, and no other", async () => {
    await store.outbox.addEndpoint(endpointOf(), 0);
    await store.outbox.addEndpoint(endpointOf({ id: "wh_2", name: "two" }), 0);
    change("UPDATE webhooks SET body = '[' WHERE id = 'wh_1'");
    const found = await store.outbox.endpoints();
    expect(found.map(({ endpoint }) => endpoint.id)).toEqual(["wh_2"]);
    expect(passedOver[0]).toMatch(/^The webhook wh_1 of the account shop cannot be read/);
    await expect(store.outbox.claim(KEY, "me", NOW, SOON)).rejects.toThrow(RecordError);
    expect(await store.outbox.removeEndpoint(KEY)).toBe(true);
  });

  it("of the audit log are passed over, and one of the administration is named", async () => {
    for (const number of [1, 2, 3, 4]) await store.admin.commit(ACCOUNT, [], [entryOf(number)]);
    await store.admin.commit(ACCOUNT, [recordWrite("a", 0), recordWrite("b", 0)], []);
    change("UPDATE audit SET body = '{' WHERE id = '00003'");
    change("UPDATE admin_records SET body = '{' WHERE id = 'a'");
    expect(await store.admin.audit(ACCOUNT, null, 3)).toEqual([4, 2, 1].map((id) => entryOf(id)));
    expect(passedOver[0]).toMatch(/^The entry 00003 of the audit log of the account shop/);
    await expect(store.admin.records(["a"])).rejects.toThrow(RecordError);
    expect((await store.admin.records(["b"]))[0]?.version).toBe(1);
  });

  it("of a session that waits for a webhook leave the others waiting", async () => {
    await store.commit([
      writeOf("a", { transitions: [transitionOf(1)] }),
      writeOf("b", { transitions: [transitionOf(1)] }),
    ]);
    await store.outbox.addEndpoint(endpointOf(), 0);
    await store.outbox.claim(KEY, "me", NOW, SOON);
    const waiting = [waitingOf(), waitingOf({ session: "b" })];
    await store.outbox.settle(KEY, "me", settlementOf({ waiting }), null);
    change("UPDATE webhook_waiting SET resends = '' WHERE session = 'a'");
    const claim = await store.outbox.claim(KEY, "me", NOW, SOON);
    expect(claim?.waiting.map(({ session }) => session)).toEqual(["b"]);
    expect(passedOver[0]).toMatch(/webhook wh_1 .* session a, cannot be read/);
  });
});
