import { expect, it } from "vitest";
import { createSystemClock } from "../engine/clock.ts";
import { Invitations, MAX_INVITATION_MS, MAX_OPEN_INVITATIONS } from "../engine/invitations.ts";
import { MemoryStore } from "../stores/memory/memory-store.ts";
import { inviteFirstAdmin } from "./first-admin.ts";

const ACCOUNT = "default";

/** An account with as many open invitations as it may have; the one at `ownIndex` is by an earlier start. */
async function fullAccount(ownIndex: number): Promise<Invitations> {
  const invitations = new Invitations(new MemoryStore().admin, createSystemClock());
  for (let index = 0; index < MAX_OPEN_INVITATIONS; index += 1) {
    const by = { cli: index === ownIndex ? "serve" : "people" };
    await invitations.create(ACCOUNT, "viewer", MAX_INVITATION_MS, by);
  }
  return invitations;
}

it.each([
  ["the oldest one of an earlier start", 150, 150],
  ["the oldest of all, if no start has made one", -1, 0],
])(
  "invites the first admin where 200 invitations are open, and withdraws %s",
  async (_, own, gone) => {
    const invitations = await fullAccount(own);
    const before = await invitations.list(ACCOUNT);
    const token = await inviteFirstAdmin(invitations, ACCOUNT);
    expect(await invitations.find(token)).toMatchObject({ role: "admin" });
    const after = new Set((await invitations.list(ACCOUNT)).map(({ id }) => id));
    expect(before.filter(({ id }) => !after.has(id))).toEqual([before[gone]]);
    expect(after.size).toBe(MAX_OPEN_INVITATIONS);
  },
);

it("withdraws nothing while there is room for another invitation", async () => {
  const invitations = new Invitations(new MemoryStore().admin, createSystemClock());
  await inviteFirstAdmin(invitations, ACCOUNT);
  await inviteFirstAdmin(invitations, ACCOUNT);
  expect(await invitations.list(ACCOUNT)).toHaveLength(2);
});
