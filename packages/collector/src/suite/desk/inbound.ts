/**
 * Cases of what a desk reports: whom it is believed from, what it means, and that neither order nor copies count.
 * @module
 */
import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { isStorable } from "../../core/text.ts";
import type { Fact } from "../../desks/fact.ts";
import { EMPTY_MAPPING, type Mapping } from "../../desks/mapping.ts";
import { MAX_AGE_MS } from "../../desks/signature.ts";
import { Deployment, SECRET, START } from "./deployment.ts";
import type { DeskCase, DeskFixture, SentRequest } from "./fixture.ts";
import { oddOften, oddOnce } from "./odd-bodies.ts";

const OTHER_SECRET = "another secret of a desk";
const ODD_BODIES = 20_000;

const encoder = new TextEncoder();

export function inboundCases(fixture: DeskFixture): readonly DeskCase[] {
  const { desk } = fixture;
  const [first] = fixture.bodies;

  const verify = (sent: SentRequest, secrets: readonly string[], nowMs = START) =>
    desk.source.verify(
      {
        headers: new Headers(sent.headers),
        raw: encoder.encode(sent.text),
        pathSecret: sent.pathSecret ?? null,
      },
      secrets,
      nowMs,
    );

  return [
    {
      name: "a message that is sent with any secret of the desk is believed",
      async run() {
        const sent = await fixture.send(first, SECRET, START);
        for (const secrets of [[SECRET], [OTHER_SECRET, SECRET], [SECRET, OTHER_SECRET]]) {
          equal(await verify(sent, secrets), "ok");
        }
      },
    },
    {
      name: "a message with another secret, or with none, is forged",
      async run() {
        const sent = await fixture.send(first, SECRET, START);
        equal(await verify(sent, [OTHER_SECRET]), "forged");
        equal(await verify(sent, []), "forged");
        equal(await verify({ headers: {}, text: JSON.stringify(first) }, [SECRET]), "forged");
        const emptied = Object.fromEntries(Object.keys(sent.headers).map((name) => [name, ""]));
        equal(await verify({ headers: emptied, text: "{}" }, [SECRET]), "forged");
      },
    },
    {
      name: "a message that was changed is forged, and an old copy is stale, where the desk signs that",
      async run() {
        const sent = await fixture.send(first, SECRET, START);
        if (fixture.signs.body) {
          equal(await verify({ ...sent, text: `${sent.text} ` }, [SECRET]), "forged");
        }
        if (!fixture.signs.time) return;
        equal(await verify(sent, [SECRET], START + MAX_AGE_MS - 1_000), "ok");
        equal(await verify(sent, [SECRET], START + MAX_AGE_MS + 1_000), "stale");
      },
    },
    {
      name: "every body means something",
      async run() {
        for (const body of fixture.bodies) {
          notEqual(decode(fixture, body).length, 0, JSON.stringify(body));
        }
      },
    },
    {
      name: "a body with any fields missing, of another type or unknown is read without an error",
      async run() {
        for (const body of oddOnce(fixture.bodies)) requireStorable(decode(fixture, body));
        for (const body of oddOften(fixture.bodies, ODD_BODIES)) {
          requireStorable(decode(fixture, body));
        }
      },
    },
    {
      name: "a body is not changed by being read, and means the same each time",
      async run() {
        for (const body of fixture.bodies) {
          const before = JSON.stringify(body);
          deepEqual(decode(fixture, body), decode(fixture, body));
          equal(JSON.stringify(body), before);
        }
      },
    },
    {
      name: "a message's secret is in no fact",
      async run() {
        for (const body of fixture.bodies) {
          const { text } = await fixture.send(body, SECRET, START);
          ok(!JSON.stringify(decode(fixture, JSON.parse(text))).includes(SECRET));
        }
      },
    },
    {
      name: "the messages of some changes, in any order and repeated, end in the same state",
      async run() {
        const changes = fixture.changes(START - 60_000);
        ok(changes.length >= 2 && changes.length <= 4, "`changes` must return 2 to 4 messages");
        const expected = await endOf(fixture, changes);
        notEqual(expected, null, "`changes` must create the session of `conversation`");
        for (const order of permutationsOf(changes)) {
          deepEqual(await endOf(fixture, [...order, ...order.slice(0, 2)]), expected);
          deepEqual(await endOf(fixture, [...order, ...order.toReversed()]), expected);
        }
      },
    },
  ];
}

async function endOf(fixture: DeskFixture, bodies: readonly unknown[]) {
  const deployment = await Deployment.create(fixture);
  await deployment.receive(...bodies);
  return deployment.session();
}

function decode({ desk }: DeskFixture, body: unknown): readonly Fact[] {
  return desk.source.decode(body, mappingOf(desk.mapping), START);
}

function mappingOf(own: Partial<Mapping>): Mapping {
  return { ...EMPTY_MAPPING, ...own };
}

/** @throws if a store could not keep one of them, or would keep it under the name of another one. */
function requireStorable(facts: readonly Fact[]): void {
  for (const fact of facts) {
    ok(Number.isSafeInteger(fact.at) && fact.at > 0, `\`at\` is ${fact.at}`);
    notEqual(fact.id, "");
    for (const text of textsIn(fact)) ok(isStorable(text), JSON.stringify(text));
  }
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

function permutationsOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  if (all.length < 2) return [all];
  return all.flatMap((first, index) =>
    permutationsOf(all.toSpliced(index, 1)).map((rest) => [first, ...rest]),
  );
}
