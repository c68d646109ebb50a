/**
 * Cases of what a desk is told: the latest state, once, in few requests, and nothing of its credentials.
 * @module
 */
import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import type { DeskCall, Standing, Step } from "../../desks/desk.ts";
import { Desks } from "../../desks/desks.ts";
import { EMPTY_MAPPING } from "../../desks/mapping.ts";
import { Clock } from "../../engine/clock.ts";
import { MemoryStore } from "../../stores/memory/memory-store.ts";
import { Deployment, START } from "./deployment.ts";
import type { ApiAnswer, DeskCase, DeskFixture } from "./fixture.ts";

/** As many requests are made in a row. */
const MAX_CALLS = 5;

const NONSENSE: readonly ApiAnswer[] = [null, [], {}, "<html>", 5, [[null]]].map((body) => ({
  status: 200,
  body,
}));
const REFUSALS: readonly ApiAnswer[] = [204, 302, 400, 404, 409, 410, 422].map((status) => ({
  status,
}));

export function outboundCases(fixture: DeskFixture): readonly DeskCase[] {
  const { desk, conversation } = fixture;
  const { sink } = desk;
  const outbound = desk.outbound.parse(fixture.outbound) as Readonly<Record<string, unknown>>;
  const mapping = { ...EMPTY_MAPPING, ...desk.mapping };
  const standing: Standing = {
    conversation,
    ticket: conversation,
    presence: "offline",
    reason: "user_offline",
    changed: {},
  };

  /** The messages of the conversation have arrived, its page is open, and the desk was told. */
  async function begin(): Promise<Deployment> {
    const deployment = await Deployment.create(fixture);
    await deployment.receive(...fixture.changes(START - 60_000));
    await deployment.open();
    await deployment.deliver();
    return deployment;
  }

  /** The steps of telling it, as the stand-in answers. */
  async function callsOf(first: DeskCall): Promise<readonly DeskCall[]> {
    const api = fixture.createApi();
    const calls: DeskCall[] = [];
    for (let step: Step = first; typeof step === "object"; ) {
      const call: DeskCall = step;
      calls.push(call);
      ok(calls.length <= MAX_CALLS, `more than ${MAX_CALLS} requests`);
      const { method, path, headers, body = null } = call;
      const answer = await api.answer({ method, path, headers, body });
      step = call.next({ headers: {}, body: null, ...answer });
      if (typeof step === "string") equal(step, "done");
    }
    return calls;
  }

  function firstCall(): DeskCall {
    const call = sink.call(standing, null, outbound, mapping);
    if (!call) throw new Error("A desk that was told nothing is told something.");
    return call;
  }

  return [
    {
      name: "it is told that the visitor is there, has left and has come back, each once",
      async run() {
        const deployment = await begin();
        equal(deployment.api.presence(), "online");
        for (const presence of ["offline", "online"] as const) {
          if (presence === "offline") await deployment.leave();
          else await deployment.open();
          await deployment.deliver();
          equal(deployment.api.presence(), presence);
          const count = deployment.requests.length;
          await deployment.deliver();
          equal(deployment.requests.length, count);
        }
      },
    },
    {
      name: "what it was told comes back in its own messages, and changes nothing",
      async run() {
        const deployment = await begin();
        const before = await deployment.session();
        const count = deployment.requests.length;
        await deployment.receive(...deployment.api.reports(deployment.now));
        await deployment.deliver();
        deepEqual(await deployment.session(), before);
        equal(deployment.requests.length, count);
      },
    },
    {
      name: "it is told the latest state alone once it is back, however often that changed",
      async run() {
        const deployment = await begin();
        await deployment.leave();
        await deployment.deliver();
        const once = deployment.writes.length / 2;
        deployment.failure = { status: 503 };
        for (let count = 0; count < 5; count += 1) {
          await deployment.open();
          await deployment.deliver();
          await deployment.leave();
          await deployment.deliver();
        }
        await deployment.open();
        deployment.failure = null;
        const { length } = deployment.writes;
        await deployment.deliver();
        equal(deployment.api.presence(), "online");
        ok(deployment.writes.length - length <= Math.ceil(once), "it was written to repeatedly");
      },
    },
    {
      name: "it is told in five requests at most, and nothing if it knows everything",
      async run() {
        ok((await callsOf(firstCall())).length > 0);
        const { presence, reason } = standing;
        equal(sink.call(standing, { presence, reason }, outbound, mapping), null);
      },
    },
    {
      name: "no answer is an error, and one that is not understood is neither the end nor the reason of a write",
      async run() {
        for (const call of await callsOf(firstCall())) {
          for (const answer of [...NONSENSE, ...REFUSALS]) {
            sink.readBack?.(answer.body ?? null, mapping, START);
            const step = call.next({ headers: {}, body: null, ...answer });
            if (call.method !== "GET" || !NONSENSE.includes(answer)) continue;
            notEqual(step, "done", "what was read was not understood");
            if (typeof step === "object") equal(step.method, "GET");
          }
        }
      },
    },
    {
      name: "its test reads, is accepted by the stand-in, and is not by one that refuses",
      async run() {
        const calls = await callsOf(sink.test(outbound));
        for (const { method } of calls) equal(method, "GET");
        for (const { next } of calls.slice(0, 1)) {
          notEqual(next({ status: 404, headers: {}, body: null }), "done");
        }
      },
    },
    {
      name: "its credentials are shown nowhere, and sent in headers alone",
      async run() {
        notEqual(desk.credentials.length, 0, "name the fields that are never shown");
        const desks = new Desks(new MemoryStore().admin, new Clock(() => START), [desk]);
        const config = { kind: desk.name, secrets: [], dryRun: false, mapping: {} };
        const { baseUrl, ...rest } = outbound;
        const stored = { ...config, outbound: { ...rest, baseUrl: String(baseUrl) } };
        const shown = JSON.stringify(desks.shownOutbound(stored));
        const refused = desk.outbound.safeParse({ ...outbound, baseUrl: 5, unknown: 1 });
        const calls = [...(await callsOf(firstCall())), ...(await callsOf(sink.test(outbound)))];
        const sent = calls.map(({ path, body }) => `${path} ${JSON.stringify(body)}`).join();
        for (const name of desk.credentials) {
          const value = String(outbound[name]);
          ok(value.length >= 8, `give \`${name}\` 8 characters or more`);
          ok(!shown.includes(value), `\`${name}\` is shown`);
          ok(!sent.includes(value), `\`${name}\` is in a path or a body`);
          ok(!JSON.stringify(refused.error?.issues ?? []).includes(value), "it is in an error");
        }
      },
    },
  ];
}
