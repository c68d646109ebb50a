/**
 * An engine with presence on and one desk, to which the real deliveries write on a virtual clock.
 * @module
 */
import { expect, vi } from "vitest";
import { createSystemClock } from "../../engine/clock.ts";
import { Engine } from "../../engine/engine.ts";
import { MemoryStore } from "../../stores/memory/memory-store.ts";
import { DeliverySupervisor } from "../../webhooks/delivery-supervisor.ts";
import { START, useFakeClock, useRealClock } from "../../webhooks/testing/delivery-harness.ts";
import { Desks } from "../desks.ts";
import { deskEndpointId } from "../endpoint.ts";
import { DESK_KINDS } from "../kinds.ts";
import { withDesks } from "../writer.ts";

export interface DeliveringDeskOptions {
  readonly account: string;
  readonly id: string;
  readonly kind: string;
  readonly outbound: { readonly baseUrl: string } & Record<string, unknown>;
  readonly request: Parameters<typeof withDesks>[1]["request"];
  /** Of a page that has closed, and of one that was lost. */
  readonly bufferMs: number;
  readonly leaseSeconds: number;
  /** How long the test takes on the virtual clock, at most. */
  readonly lastsMs: number;
}

export interface DeliveringDesk {
  readonly engine: Engine;
  /** Ends deliveries and the virtual clock; fails if there were errors. */
  stop(): Promise<void>;
}

/** Starts the virtual clock, too. */
export async function startDeliveringDesk(options: DeliveringDeskOptions): Promise<DeliveringDesk> {
  const { account, id, kind, outbound, request, bufferMs, leaseSeconds, lastsMs } = options;
  useFakeClock();
  const store = new MemoryStore();
  const engine = new Engine(store, createSystemClock());
  // In place of heartbeats for as long as a test takes.
  await store.heartbeat(START + lastsMs, Number.MAX_SAFE_INTEGER);
  const overrides = {
    "presence.mode": "on",
    "presence.bufferSeconds": bufferMs / 1_000,
    "presence.closeBufferSeconds": bufferMs / 1_000,
    "presence.leaseSeconds.visible": leaseSeconds,
  } as const;
  await engine.changeSettings(account, { overrides, triggers: [] });
  const config = { kind, secrets: [], outbound, dryRun: false, mapping: {} };
  const desks = new Desks(store.admin, engine.clock, DESK_KINDS);
  await desks.put(account, id, () => config, { cli: "test" });
  const key = { account, id: deskEndpointId(id) };
  const rest = { url: outbound.baseUrl, events: "all", secrets: [], disabled: null } as const;
  await store.outbox.addEndpoint({ ...key, ...rest, name: key.id, createdAt: START }, 0);
  const sendWebhook = async () => {
    throw new Error("This is no webhook.");
  };
  const errors: unknown[] = [];
  const supervisor = new DeliverySupervisor({
    engine,
    random: () => 0.5,
    onError: (error) => errors.push(error),
    send: withDesks(sendWebhook, { engine, kinds: DESK_KINDS, request }),
  });
  supervisor.start();
  return {
    engine,
    async stop() {
      const stopped = supervisor.stop();
      await vi.advanceTimersByTimeAsync(5_000);
      await stopped;
      useRealClock();
      expect(errors).toEqual([]);
    },
  };
}
