import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RedisServer } from "../../../../../e2e/support/redis.ts";
import { decodeSession } from "../codec.ts";
import { termsOf } from "../list.ts";
import { keyOf } from "../suite/case.ts";
import { exampleLists } from "../suite/list-examples.ts";
import { checkLists, writeListed } from "../suite/list-model.ts";
import { partitionOf } from "./partition.ts";
import { openRedisStore, WITHOUT_FILES } from "./testing/open.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start(...WITHOUT_FILES);
});
afterAll(() => server.stop());

it("is not set up in a Redis that must have a store already", async () => {
  await expect(openRedisStore(server.url, { create: false })).rejects.toThrow(
    /holds no store yet: .*stillhere serve/,
  );
  expect(server.command("DBSIZE")).toMatch(/^0$/m);
  await (await openRedisStore(server.url)).close();
  await (await openRedisStore(server.url, { create: false })).close();
});

const PARTITIONS = [0, 1, 2];
const INDEXES = ["terms", "changes", "change-leaves", "waiting", "waiting-leaves"];

const open = () => openRedisStore(`${server.url}?partitions=${PARTITIONS.length}`);
const keyAt = (partition: number, kind: string) => `stillhere:{${partition}}:${kind}:shop`;

async function fill() {
  server.command("FLUSHALL");
  const store = await open();
  await store.putAccount(account);
  const { created, changed, erased, queries } = exampleLists(2);
  const listed = await writeListed(store, created, changed, erased);
  await store.close();
  return { listed, queries };
}

/** Changes the part of each record that names its entries in the indexes. */
function changeEntries(change: (entries: string, id: string, body: string) => string): void {
  for (const partition of PARTITIONS) {
    const sessions = keyAt(partition, "sessions");
    for (const id of server.command("HKEYS", sessions).split("\n").filter(Boolean)) {
      const record = server.command("--raw", "HGET", sessions, id);
      const [head = "", ...body] = record.replace(/\n$/, "").split("\n");
      const fields = head.split(" ");
      const changed = fields.with(5, change(fields[5] ?? "", id, body[0] ?? "")).join(" ");
      server.command("HSET", sessions, id, [changed, ...body].join("\n"));
    }
  }
}

/** A term's bucket and digest as layout 2 had them. */
function secondCode(term: string): string {
  const hash = createHash("sha256").update(term).digest();
  const bucket = (hash.readUInt16BE(0) % 512).toString(36).padStart(2, "0");
  return bucket + hash.toString("base64url", 2).slice(0, 4);
}

function makeSecondLayout(): void {
  const buckets = new Map<string, string>();
  for (const partition of PARTITIONS) server.command("DEL", keyAt(partition, "terms"));
  changeEntries((entries, id, body) => {
    const codes = termsOf(decodeSession(id, body)).map(secondCode);
    const terms = keyAt(partitionOf(keyOf(id), PARTITIONS.length), "terms");
    for (const code of codes) {
      const [bucket, digest] = [code.slice(0, 2), code.slice(2)];
      const packed = `${buckets.get(`${terms} ${bucket}`) ?? "\n"}${digest}${id}\n`;
      buckets.set(`${terms} ${bucket}`, packed);
      server.command("HSET", terms, bucket, packed);
    }
    return entries.split(",").with(1, codes.join("")).join(";");
  });
  server.command("SET", "stillhere:{common}:layout", "2");
}

describe("a Redis from before the indexes of lists", () => {
  it("gets them when it is opened, without another change of its sessions", async () => {
    const { listed, queries } = await fill();
    for (const partition of PARTITIONS) {
      server.command("DEL", ...INDEXES.map((kind) => keyAt(partition, kind)));
    }
    changeEntries(() => "-");
    server.command("DEL", "stillhere:{common}:layout");
    const store = await open();
    await checkLists(store, listed, queries);
    const ids = listed.map(({ id }) => id);
    const load = () => store.load(ids.map((id) => ({ key: keyOf(id), eventIds: [] })));
    const before = await load();
    await store.close();
    const again = await open();
    const reloaded = await again.load(ids.map((id) => ({ key: keyOf(id), eventIds: [] })));
    expect(reloaded.map(({ stored }) => stored)).toEqual(before.map(({ stored }) => stored));
    await again.close();
  });

  it("of a newer version is refused", async () => {
    server.command("SET", "stillhere:{common}:layout", "4");
    await expect(open()).rejects.toThrow(/newer version of stillhere/);
    server.command("FLUSHALL");
  });
});

describe("a Redis of layout 2", () => {
  it("has shorter terms after it is opened, and none of the longer ones", async () => {
    const { listed, queries } = await fill();
    const entries = () =>
      PARTITIONS.map((partition) => server.command("--raw", "HVALS", keyAt(partition, "terms")))
        .flatMap((packed) => packed.split("\n").filter(Boolean))
        .sort();
    const expected = entries();
    expect(expected.length).toBeGreaterThan(0);
    makeSecondLayout();
    expect(entries()).not.toEqual(expected);
    const store = await open();
    await checkLists(store, listed, queries);
    expect(entries()).toEqual(expected);
    await store.close();
  });
});

const account = {
  name: "shop",
  publishableKeys: [],
  secretKeys: [],
  tokenSecrets: [],
  createdAt: 1,
};
