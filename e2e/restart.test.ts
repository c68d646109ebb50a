/**
 * What a crash of the collector leaves: everything.
 */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SqliteStore } from "../packages/collector/src/stores/sqlite/sqlite-store.ts";
import { TestCollector } from "./support/collector.ts";
import { until } from "./support/wait.ts";

let collector: TestCollector;

beforeAll(async () => {
  collector = await TestCollector.start();
});
afterAll(() => collector.stop());

/** Whose pages beat while the collector crashes. */
const SESSIONS = 60;

/** A beat as the SDK writes it: but for its number the same each time. */
function beatOf(session: string, seq: number): string {
  const { publishable: key } = collector.keys;
  const said = { type: "beat", seq, visible: true, armed: false };
  return JSON.stringify({ v: 1, key, session, page: `page_${session}`, gen: 0, ...said });
}

describe("after kill -9 and a restart", () => {
  it("sessions, history, settings and keys are there", async () => {
    await collector.ask("PATCH", "/v1/settings", { inactivity: { seconds: 777 } });
    await collector.ask("PUT", "/v1/sessions/conv_1", { user: "u_1" });
    const said = { id: "m_1", type: "end_user_message" };
    await collector.ask("POST", "/v1/sessions/conv_1/events", said);
    const before = await collector.ask("GET", "/v1/sessions/conv_1");
    const history = await collector.history("conv_1");
    await collector.kill();
    await collector.restart();
    expect(await collector.ask("GET", "/v1/sessions/conv_1")).toEqual(before);
    expect(await collector.history("conv_1")).toEqual(history);
    expect(await collector.ask("GET", "/v1/settings")).toMatchObject({
      inactivity: { seconds: 777 },
    });
    const again = await collector.ask("POST", "/v1/sessions/conv_1/events", said);
    expect(again).toMatchObject({ duplicate: true });
  });

  it("a deadline that comes due is kept", async () => {
    await collector.ask("PATCH", "/v1/settings", { inactivity: { seconds: 2 } });
    await collector.ask("PUT", "/v1/sessions/conv_2", { ticket: { id: "2" } });
    await collector.kill();
    await collector.restart();
    await until("the deadline", async () => {
      const row = await collector.ask<{ reason: string }>("GET", "/v1/sessions/conv_2");
      return row.reason === "user_inactive";
    });
  });

  it("a beat that was answered before the crash is never lost, however often it crashes", async () => {
    const settings = { termsAccepted: true, presence: { mode: "on" }, binding: "open" };
    await collector.ask("PATCH", "/v1/settings", settings);
    const [sent, answered] = [new Map<string, number>(), new Map<string, number>()];
    for (let crash = 0; crash < 4; crash += 1) {
      let isUp = true;
      const beating = Array.from({ length: SESSIONS }, async (_, index) => {
        const session = `beating_${index}`;
        for (let seq = (sent.get(session) ?? 0) + 1; isUp; seq += 1) {
          sent.set(session, seq);
          const body = beatOf(session, seq);
          const answer = await fetch(`${collector.url}/v1/signals`, { method: "POST", body }).catch(
            () => null,
          );
          if (answer?.ok) answered.set(session, seq);
        }
      });
      const isEnough = (seq: number) => seq >= 40 * (crash + 1);
      await until("beats enough", async () => {
        return answered.size === SESSIONS && [...answered.values()].every(isEnough);
      });
      await collector.kill();
      isUp = false;
      await Promise.all(beating);
      const database = new DatabaseSync(join(collector.folder, "test.db"));
      const rows = database.prepare("SELECT count(*) AS count FROM renewals").get();
      database.close();
      expect(rows?.["count"]).toBeGreaterThan(0);
      const store = new SqliteStore(join(collector.folder, "test.db"));
      const keys = [...answered.keys()].map((id) => ({ account: "default", id }));
      const found = await store.load(keys.map((key) => ({ key, eventIds: [] })));
      await store.close();
      for (const [index, { id }] of keys.entries()) {
        const [page] = found[index]?.stored?.session.pages ?? [];
        expect(page?.seq).toBeGreaterThanOrEqual(answered.get(id) ?? 0);
        expect(page?.seq).toBeLessThanOrEqual(sent.get(id) ?? 0);
      }
      await collector.restart();
    }
  });

  it("what was answered before the crash is never lost", async () => {
    const ids = Array.from({ length: 2_000 }, (_, index) => `burst_${index}`);
    const answered: string[] = [];
    const writes = Promise.allSettled(
      ids.map(async (id) => {
        const response = await collector.api("PUT", `/v1/sessions/${id}`, { ticket: { id } });
        if (response.ok) answered.push(id);
      }),
    );
    await until("some answers", async () => answered.length > 20);
    await collector.kill();
    await writes;
    expect(answered.length).toBeLessThan(ids.length);
    await collector.restart();
    for (const id of answered) {
      expect(await collector.ask("GET", `/v1/sessions/${id}`)).toMatchObject({ id });
    }
  });
});
