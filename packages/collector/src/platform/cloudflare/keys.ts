/**
 * The keys of the account `default`, as the deployment's secrets give them.
 * @module
 */
import { type Accounts, DEFAULT_ACCOUNT } from "../../engine/accounts.ts";
import { hashOf } from "../../engine/keys.ts";
import type { Env } from "./env.ts";

/**
 * Gives the account the keys of the secrets. Where they are others than before, that is a rotation:
 * the old ones stay good for a while.
 */
export async function keepKeys(accounts: Accounts, env: Env): Promise<void> {
  const publishableKey = env.STILLHERE_PUBLISHABLE_KEY;
  const secretKey = env.STILLHERE_SECRET_KEY;
  const tokenSecret = env.STILLHERE_TOKEN_SECRET;
  if (!publishableKey || !secretKey || !tokenSecret) {
    console.error(
      "Nobody can use this deployment yet: set STILLHERE_PUBLISHABLE_KEY (pk_…), STILLHERE_SECRET_KEY (sk_…) and STILLHERE_TOKEN_SECRET with `wrangler secret put`.",
    );
    return;
  }
  const known = accounts.byName(DEFAULT_ACCOUNT);
  const isSame =
    known?.publishableKeys[0]?.key === publishableKey &&
    known.secretKeys[0]?.hash === (await hashOf(secretKey)) &&
    known.tokenSecrets[0]?.secret === tokenSecret;
  if (isSame) return;
  await accounts.put(DEFAULT_ACCOUNT, { keys: { publishableKey, secretKey, tokenSecret } });
}
