import { afterEach, expect, it } from "vitest";
import { noSessions } from "../stores/state-counts.ts";
import { createPrometheusMeter, type GaugeSources, type PrometheusMeter } from "./meter.ts";

let meter: PrometheusMeter;
afterEach(() => meter.close());

const unavailable = () => Promise.reject(new Error("unavailable"));

function create(sources: Partial<GaugeSources> = {}): void {
  meter = createPrometheusMeter({
    outboxDepth: async () => ({ unread: 1, pending: 2 }),
    isStoreWritable: async () => true,
    mayEvict: () => false,
    clockSkewMs: () => -1_500,
    unheardMs: () => 42_000,
    sessionsByState: async () => ({ ...noSessions(), active: 3 }),
    desks: async () => [
      { desk: "main", lastHeardAt: 1_500, lastWrittenAt: null, refused: 4, parked: 2, pending: 1 },
    ],
    ...sources,
  });
}

/** The samples of the collector's gauges. */
async function gauges(): Promise<string[]> {
  const lines = (await meter.scrape()).split("\n");
  return lines.filter((line) =>
    /^stillhere_(clock|desk|outbox|sessions|store|streams|unheard)/.test(line),
  );
}

it("shows what the store and the streams are", async () => {
  create();
  meter.streams(1);
  meter.streams(1);
  meter.streams(-1);
  expect(await gauges()).toEqual([
    'stillhere_outbox_entries{state="unread"} 1',
    'stillhere_outbox_entries{state="pending"} 2',
    'stillhere_sessions{state="none"} 0',
    'stillhere_sessions{state="active"} 3',
    'stillhere_sessions{state="inactive"} 0',
    'stillhere_sessions{state="ended"} 0',
    "stillhere_store_writable 1",
    "stillhere_store_evicts 0",
    "stillhere_clock_skew_seconds -1.5",
    "stillhere_unheard_seconds 42",
    'stillhere_desk_heard_timestamp_seconds{desk="main"} 1.5',
    'stillhere_desk_written_timestamp_seconds{desk="main"} 0',
    'stillhere_desk_pending{desk="main"} 1',
    'stillhere_desk_parked{desk="main"} 2',
    'stillhere_desk_refused_total{desk="main"} 4',
    "stillhere_streams 1",
  ]);
});

it("leaves out what an unavailable store does not give, and shows that it is unavailable", async () => {
  create({
    outboxDepth: unavailable,
    sessionsByState: unavailable,
    desks: unavailable,
    isStoreWritable: async () => false,
    mayEvict: () => null,
  });
  expect(await gauges()).toEqual([
    "stillhere_store_writable 0",
    "stillhere_clock_skew_seconds -1.5",
    "stillhere_unheard_seconds 42",
    "stillhere_streams 0",
  ]);
});
