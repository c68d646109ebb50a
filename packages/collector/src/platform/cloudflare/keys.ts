/**
 * Takes the keys of the account `default` from the deployment's secrets.
 * @module
 */
import { type Accounts, DEFAULT_ACCOUNT } from "../../engine/accounts.ts";
import { hashOf } from "../../engine/keys.ts";
import type { AdminStore } from "../../stores/admin.ts";
import type { Env } from "./env.ts";

/** The record of which secrets were applied last, as a hash. */
const APPLIED = `deployment-secrets/${DEFAULT_ACCOUNT}`;
/** In the audit log. */
const BY = { cli: "deployment" };

/**
 * Gives the account the keys of the deployment where it has none yet, and again whenever these secrets
 * themselves have changed, which counts as a rotation: the old keys stay valid for a while. Otherwise they
 * count no more, so that a key that was revoked does not come back.
 */
export async function syncKeys(accounts: Accounts, admin: AdminStore, env: Env): Promise<void> {
  const publishableKey = env.STILLHERE_PUBLISHABLE_KEY;
  const secretKey = env.STILLHERE_SECRET_KEY;
  const tokenSecret = env.STILLHERE_TOKEN_SECRET;
  if (!publishableKey || !secretKey || !tokenSecret) return;
  const hash = await hashOf([publishableKey, secretKey, tokenSecret].join("\n"));
  const [applied] = await admin.records([APPLIED]);
  if (applied?.body === hash) return;
  const account = accounts.byName(DEFAULT_ACCOUNT);
  // They were applied before their hash was kept, or an attempt ended half way.
  const areApplied =
    account?.publishableKeys[0]?.key === publishableKey &&
    account.secretKeys[0]?.hash === (await hashOf(secretKey)) &&
    account.tokenSecrets[0]?.secret === tokenSecret;
  if (!areApplied) {
    await accounts.put(DEFAULT_ACCOUNT, {
      keys: { publishableKey, secretKey, tokenSecret },
      by: BY,
    });
  }
  const expectedVersion = applied?.version ?? 0;
  const write = { id: APPLIED, expectedVersion, body: hash, expiresAt: null };
  await admin.commit(DEFAULT_ACCOUNT, [write], []);
}
