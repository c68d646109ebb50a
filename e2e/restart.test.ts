/**
 * Durability: a crash of the collector loses nothing that it acknowledged.
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

/** The number of sessions whose pages beat while the collector crashes. */
const SESSIONS = 60;

/** The number of writes that are under way when the collector crashes. */
const WRITERS = 100;

/** A beat as the SDK writes it. Only the sequence number differs between beats. */
function beatOf(session: string, seq: number): string {
  const { publishable: key } = collector.keys;
  const signal = { type: "beat", seq, visible: true, armed: false };
  return JSON.stringify({ v: 1, key, session, page: `page_${session}`, gen: 0, ...signal });
}

describe("after kill -9 and a restart", () => {
  it("sessions, history, settings and keys are unchanged", async () => {
    await collector.request("PATCH", "/v1/settings", { inactivity: { seconds: 777 } });
    await collector.request("PUT", "/v1/sessions/conv_1", { user: "u_1" });
    const message = { id: "m_1", type: "end_user_message" };
    await collector.request("POST", "/v1/sessions/conv_1/events", message);
    const before = await collector.request("GET", "/v1/sessions/conv_1");
    const history = await collector.history("conv_1");
    await collector.kill();
    await collector.restart();
    expect(await collector.request("GET", "/v1/sessions/conv_1")).toEqual(before);
    expect(await collector.history("conv_1")).toEqual(history);
    expect(await collector.request("GET", "/v1/settings")).toMatchObject({
      inactivity: { seconds: 777 },
    });
    const again = await collector.request("POST", "/v1/sessions/conv_1/events", message);
    expect(again).toMatchObject({ duplicate: true });
  });

  it("a deadline that came due meanwhile takes effect", async () => {
    await collector.request("PATCH", "/v1/settings", { inactivity: { seconds: 2 } });
    await collector.request("PUT", "/v1/sessions/conv_2", { ticket: { id: "2" } });
    await collector.kill();
    await collector.restart();
    await until("the deadline", async () => {
      const row = await collector.request<{ reason: string }>("GET", "/v1/sessions/conv_2");
      return row.reason === "user_inactive";
    });
  });

  it("every beat acknowledged before a crash is stored, through repeated crashes", async () => {
    const settings = { termsAccepted: true, presence: { mode: "on" }, binding: "open" };
    await collector.request("PATCH", "/v1/settings", settings);
    const [sent, acknowledged] = [new Map<string, number>(), new Map<string, number>()];
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
          if (answer?.ok) acknowledged.set(session, seq);
        }
      });
      const hasEnough = (seq: number) => seq >= 40 * (crash + 1);
      await until("enough beats", async () => {
        return acknowledged.size === SESSIONS && [...acknowledged.values()].every(hasEnough);
      });
      await collector.kill();
      isUp = false;
      await Promise.all(beating);
      const database = new DatabaseSync(join(collector.folder, "test.db"));
      const rows = database.prepare("SELECT count(*) AS count FROM lease_log").get();
      database.close();
      expect(rows?.["count"]).toBeGreaterThan(0);
      const store = new SqliteStore(join(collector.folder, "test.db"));
      const keys = [...acknowledged.keys()].map((id) => ({ account: "default", id }));
      const found = await store.load(keys.map((key) => ({ key, eventIds: [] })));
      await store.close();
      for (const [index, { id }] of keys.entries()) {
        const [page] = found[index]?.stored?.session.pages ?? [];
        expect(page?.seq).toBeGreaterThanOrEqual(acknowledged.get(id) ?? 0);
        expect(page?.seq).toBeLessThanOrEqual(sent.get(id) ?? 0);
      }
      await collector.restart();
    }
  });

  it("every write acknowledged before the crash is stored", async () => {
    const acknowledged: string[] = [];
    let isUp = true;
    const writing = Array.from({ length: WRITERS }, async (_, writer) => {
      for (let write = 0; isUp; write += 1) {
        const id = `burst_${writer}_${write}`;
        const body = { ticket: { id } };
        const answer = await collector.api("PUT", `/v1/sessions/${id}`, body).catch(() => null);
        if (answer?.ok) acknowledged.push(id);
      }
    });
    await until("some acknowledged writes", async () => acknowledged.length > WRITERS);
    await collector.kill();
    isUp = false;
    await Promise.all(writing);
    await collector.restart();
    for (const id of acknowledged) {
      expect(await collector.request("GET", `/v1/sessions/${id}`)).toMatchObject({ id });
    }
  });
});
