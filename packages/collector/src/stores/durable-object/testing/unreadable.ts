/**
 * A row of a shard that cannot be read, and what it must not stop.
 */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import type { ShardStub } from "../../../platform/cloudflare/env.ts";
import { RecordError } from "../../record-error.ts";
import type { SessionKey, Store } from "../../store.ts";
import { ACCOUNT, keyOf, NOW, writeOf } from "../../suite/case.ts";
import { remoteCall } from "../remote-call.ts";

const IDS = ["a", "b", "c"];

/** @param damage damages a session's row, and returns its shard. */
export async function passOverUnreadable(
  store: Store,
  damage: (key: SessionKey) => Promise<ShardStub>,
): Promise<true> {
  await store.commit(IDS.map((id) => writeOf(id, { deadlineAt: NOW })));
  const dueIds = async () => (await store.due(Date.now(), 10)).map(({ id }) => id).sort();
  deepEqual(await dueIds(), IDS);
  const shard = await damage(keyOf("b"));
  const [a, b, c] = await store.load(IDS.map((id) => ({ key: keyOf(id), eventIds: [] })));
  deepEqual([a?.stored?.version, b?.stored, c?.stored?.version], [1, null, 1]);
  match(b?.unreadable ?? "", /^The session b of the account shop .*unknown format 99/);
  deepEqual(await dueIds(), ["a", "c"], "it is no outage and no alarm for a while");
  const { sessions } = await store.list(ACCOUNT, { limit: 2 });
  deepEqual(
    sessions.map(({ session }) => session.id),
    ["a", "c"],
  );
  deepEqual((await store.dueOf(ACCOUNT, Date.now() + 3_600_000, 10)).length, 2);
  const request = { key: keyOf("b"), inputs: [{ type: "activity" }] } as const;
  await rejects(remoteCall(shard.submit(request)), RecordError, "also through RPC");
  equal(await store.erase(keyOf("b")), true);
  deepEqual(await store.commit([writeOf("b")]), ["committed"]);
  return true;
}
